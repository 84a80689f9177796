#include "tests/bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/text.h"

namespace prospectd::bench {
namespace {

// "200,000" or "0.25".
std::string shown(double value, int decimals) {
  if (decimals == 0) return group_digits(std::llround(value));
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string shown(const Goal& goal, int decimals) {
  if (goal.of == Goal::Of::kNone) return "";
  const bool ratio = goal.of == Goal::Of::kRatio;
  const std::string way = goal.way == Goal::Way::kAtMost ? "<= " : ">= ";
  const bool whole = goal.bound == std::floor(goal.bound);
  return way + shown(goal.bound, ratio ? 2 : (whole ? 0 : decimals)) + (ratio ? "x" : "");
}

std::string shown(std::optional<bool> met) {
  return met ? (*met ? "yes" : "NO") : "";
}

// A number as JSON has it.
std::string number(double value) {
  if (!std::isfinite(value)) return "null";
  std::ostringstream out;
  out.precision(10);
  out << value;
  return out.str();
}

std::string list(const std::vector<double>& values) {
  std::string out;
  for (const double value : values)
    out += (out.empty() ? "" : ", ") + number(value);
  return "[" + out + "]";
}

std::string json_of(const std::string& row, const Line& line) {
  std::string out = "    {\"row\": " + json_quote(row) + ", \"name\": " + json_quote(line.name) +
                    ", \"title\": " + json_quote(line.title) + ", \"figure\": " + number(line.figure()) +
                    ", \"runs\": " + list(line.runs);
  if (const auto reference = line.reference_figure()) {
    out += ", \"reference\": {\"what\": " + json_quote(line.reference) +
           ", \"figure\": " + number(*reference) + ", \"runs\": " + list(line.reference_runs) + "}";
    out += ", \"ratio\": " + number(line.ratio().value_or(NAN));
  }
  if (const auto met = line.met()) {
    out += std::string(", \"goal\": {\"of\": ") +
           (line.goal.of == Goal::Of::kRatio ? "\"ratio\"" : "\"figure\"") + ", " +
           (line.goal.way == Goal::Way::kAtMost ? "\"at_most\": " : "\"at_least\": ") +
           number(line.goal.bound) + "}, \"met\": " + (*met ? "true" : "false");
  }
  return out + "}";
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Goal at_most(double figure) {
  return {Goal::Of::kFigure, Goal::Way::kAtMost, figure};
}
Goal at_least(double figure) {
  return {Goal::Of::kFigure, Goal::Way::kAtLeast, figure};
}
Goal ratio_at_most(double ratio) {
  return {Goal::Of::kRatio, Goal::Way::kAtMost, ratio};
}
Goal ratio_at_least(double ratio) {
  return {Goal::Of::kRatio, Goal::Way::kAtLeast, ratio};
}

std::optional<double> Line::reference_figure() const {
  return reference_runs.empty() ? std::nullopt : std::optional(median(reference_runs));
}

std::optional<double> Line::ratio() const {
  const auto reference = reference_figure();
  return reference && *reference > 0 ? std::optional(figure() / *reference) : std::nullopt;
}

std::optional<bool> Line::met() const {
  const std::optional<double> value = goal.of == Goal::Of::kFigure  ? std::optional(figure())
                                      : goal.of == Goal::Of::kRatio ? ratio()
                                                                    : std::nullopt;
  if (!value) return std::nullopt;
  return goal.way == Goal::Way::kAtMost ? *value <= goal.bound : *value >= goal.bound;
}

void Report::begin(std::string row, const std::string& sentence) {
  row_ = std::move(row);
  std::printf("\n%s\n%-38s %10s %10s %6s %8s %3s\n", sentence.c_str(), row_.c_str(), "figure", "reference",
              "ratio", "goal", "met");
}

void Report::add(Line line) {
  const auto reference = line.reference_figure();
  const auto ratio = line.ratio();
  std::printf(
      "  %-36s %10s %10s %6s %8s %3s\n", line.title.c_str(), shown(line.figure(), line.decimals).c_str(),
      reference ? shown(*reference, line.decimals).c_str() : "", ratio ? shown(*ratio, 2).c_str() : "",
      shown(line.goal, line.decimals).c_str(), shown(line.met()).c_str());
  std::fflush(stdout);
  entries_.push_back({row_, std::move(line)});
}

Result<void> Report::write_json(const std::string& path, const Setup& setup) const {
  std::string out =
      "{\n  \"people\": " + std::to_string(setup.people) + ", \"runs\": " + std::to_string(setup.runs) +
      ", \"pages_per_commit\": " + std::to_string(setup.pages_per_commit) + ",\n  \"results\": [\n";
  for (const Entry& entry : entries_)
    out += (&entry == entries_.data() ? "" : ",\n") + json_of(entry.row, entry.line);
  std::ofstream file(path);
  file << out << "\n  ]\n}\n";
  file.close();
  return file ? Result<void>{} : make_error(ErrorCode::kInternal, path + " can't be written");
}

}  // namespace prospectd::bench
