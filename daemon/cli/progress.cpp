#include "daemon/cli/progress.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/time.h"
#include "daemon/cli/text_cells.h"

namespace prospectd::cli {
namespace {

constexpr size_t kBarCellsMax = 32;
constexpr size_t kBarCellsMin = 8;
constexpr std::chrono::milliseconds kBarEvery{100};
constexpr std::chrono::milliseconds kPlainEvery{5'000};
constexpr double kRemainingMax = 30.0 * 86'400;

double share_of(const Progress& p) {
  if (p.total <= 0) return 0;
  return std::clamp(static_cast<double>(p.done) / static_cast<double>(p.total), 0.0, 1.0);
}

std::string counts_of(const Progress& p) {
  if (p.total <= 0) return group_digits(p.done);
  return group_digits(p.done) + "/" + group_digits(std::max(p.done, p.total));
}

std::string rate_of(const Progress& p) {
  return p.rate >= 1 ? group_digits(std::llround(p.rate)) + "/s" : std::string();
}

std::string remaining_of(const Progress& p) {
  if (p.ended || p.rate < 1 || p.total <= p.done) return {};
  const double left = static_cast<double>(p.total - p.done) / p.rate;
  if (left > kRemainingMax) return {};
  const auto rounded = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(left)));
  return format_duration(seconds(rounded)) + " left";
}

std::string bar_of(double share, size_t cells) {
  const auto full = static_cast<size_t>(std::floor(share * static_cast<double>(cells)));
  std::string bar;
  for (size_t i = 0; i < cells; ++i)
    bar += i < full ? "\xE2\x96\x88" : "\xE2\x96\x91";  // █ and ░
  return bar;
}

}  // namespace

std::string render_bar(const Progress& p, const Terminal& terminal) {
  std::string after = " " + counts_of(p);
  for (const std::string& part : {rate_of(p), remaining_of(p)}) {
    if (!part.empty()) after += "  " + part;
  }
  const std::string before = "  " + harmless(p.label) + "  ";
  const size_t used = cells_of(before) + cells_of(after);
  const size_t room = terminal.width == 0 ? kBarCellsMax : terminal.width - std::min(used, terminal.width);
  std::string line = before;
  if (p.total > 0 && room >= kBarCellsMin) {
    line += painted(terminal, Tone::kGood, bar_of(share_of(p), std::min(room, kBarCellsMax)));
    return line + after;
  }
  line += after.substr(1);
  return terminal.width == 0 ? line : cut_to(line, terminal.width);
}

std::string render_plain(const Progress& p) {
  std::string line = harmless(p.label) + ": " + group_digits(p.done);
  if (p.total > 0) {
    line += " of " + group_digits(std::max(p.done, p.total)) + " (" +
            std::to_string(static_cast<int>(share_of(p) * 100)) + "%)";
  }
  for (const std::string& part : {rate_of(p), remaining_of(p)}) {
    if (!part.empty()) line += ", " + part;
  }
  return line;
}

void ProgressLine::update(const Progress& progress, Time now) {
  const auto every = terminal_.interactive ? kBarEvery : kPlainEvery;
  if (shown_at_ && now - *shown_at_ < every) return;
  // The first moment says nothing yet where lines stay.
  const bool first = !shown_at_;
  shown_at_ = now;
  if (terminal_.interactive) {
    draw(progress);
  } else if (std::string line = render_plain(progress); !first && line != last_line_) {
    to_ << line << '\n' << std::flush;
    last_line_ = std::move(line);
  }
}

void ProgressLine::clear() {
  if (drawn_) to_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

void ProgressLine::keep(const Progress& progress) {
  if (terminal_.interactive) {
    draw(progress);
    to_ << '\n' << std::flush;
    drawn_ = false;
  } else {
    to_ << render_plain(progress) << '\n' << std::flush;
  }
}

void ProgressLine::draw(const Progress& progress) {
  to_ << '\r' << render_bar(progress, terminal_) << "\x1b[K" << std::flush;
  drawn_ = true;
}

}  // namespace prospectd::cli
