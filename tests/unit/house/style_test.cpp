// Holds the tree to the rules of style.h, and the rules' checks to planted violations.
#include "tests/unit/house/style.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace prospectd::house {
namespace {

std::string planted(const std::string& path, const std::string& text,
                    std::vector<Violation> (*check)(const std::vector<SourceFile>&)) {
  return listing(check({make_source(path, text)}));
}

std::string lines(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += "  call();\n";
  return text;
}

TEST(Style, TheTreeIsRead) {
  EXPECT_GT(project_tree().size(), 50u);
  for (const char* path :
       {"base/result.h", "tests/unit/house/style_test.cpp", "CMakeLists.txt", "dev", "README.md"}) {
    const bool there = std::any_of(project_tree().begin(), project_tree().end(),
                                   [&](const SourceFile& f) { return f.path == path; });
    EXPECT_TRUE(there) << path;
  }
}

TEST(Style, HeadersOpenWithTheirContract) {
  EXPECT_EQ(listing(check_headers(project_tree())), "");
}

TEST(Style, FilesAndFunctionsStayShort) {
  EXPECT_EQ(listing(check_lengths(project_tree())), "");
}

TEST(Style, NothingIsLeftForLater) {
  EXPECT_EQ(listing(check_unfinished(project_tree())), "");
}

TEST(Style, TestsNeitherSleepNorSkip) {
  EXPECT_EQ(listing(check_tests(project_tree())), "");
}

TEST(StyleCheck, FindsAHeaderWithoutCommentOrGuard) {
  EXPECT_EQ(planted("base/x.h", "// What it is.\n#pragma once\n", check_headers), "");
  EXPECT_NE(planted("base/x.h", "#pragma once\n", check_headers).find("opens with a comment"),
            std::string::npos);
  EXPECT_NE(planted("base/x.h", "// What.\nint x;\n", check_headers).find("missing"), std::string::npos);
  EXPECT_NE(planted("base/x.h", "// What.\n// #pragma once\n", check_headers).find("missing"),
            std::string::npos);
  EXPECT_NE(
      planted("base/x.h", "// What.\n#include <a>\n#pragma once\n", check_headers).find("before all code"),
      std::string::npos);
  EXPECT_EQ(planted("base/x.cpp", "int x;\n", check_headers), "");
}

TEST(StyleCheck, FindsAFileThatIsTooLong) {
  EXPECT_EQ(planted("base/x.cpp", std::string(kFileLinesMax, '\n'), check_lengths), "");
  EXPECT_NE(planted("base/x.cpp", std::string(kFileLinesMax + 1, '\n'), check_lengths).find("501 lines"),
            std::string::npos);
  EXPECT_EQ(planted("docs/x.md", std::string(kFileLinesMax + 1, '\n'), check_lengths), "");
}

TEST(StyleCheck, FindsAFunctionThatIsTooLong) {
  const std::string fits = "{\n" + lines(kFunctionLinesMax - 2) + "}\n";
  const std::string too_long = "{\n" + lines(kFunctionLinesMax - 1) + "}\n";
  for (const std::string head :
       {"int f(int a) ", "namespace n { Result<int> C::f() const& noexcept ", "class C { void f() override ",
        "C::C(int a) : a_{a}, b_(2) ", "TEST(A, B) ", "auto f() -> int ", "struct S { int x = 1; void f() ",
        "const auto f = [](int x) ", "template <class T> T f(T t) "}) {
    EXPECT_EQ(planted("base/x.cpp", head + fits, check_lengths), "") << head;
    const std::string found = planted("base/x.cpp", head + too_long, check_lengths);
    EXPECT_NE(found.find("a function of 71 lines"), std::string::npos) << head << found;
  }
}

TEST(StyleCheck, CountsOnlyFunctions) {
  const std::string body = "{\n" + lines(200) + "}\n";
  for (const std::string head :
       {"namespace n ", "class C : public Base ", "struct S final ", "enum class E ",
        "constexpr Row kRows[] = ", "const std::map<int, int> m ", "#define F(x) { \\\n"}) {
    EXPECT_EQ(planted("base/x.cpp", head + body, check_lengths), "") << head;
  }
}

TEST(StyleCheck, LetsTablesBeLong) {
  std::string rows;
  for (size_t i = 0; i < 200; ++i)
    rows += "    {1, [] { call(); }, two},\n";
  for (const std::string head : {"Rows rows() {\n  return {\n", "TEST(A, B) {\n  const Row rows[] = {\n",
                                 "Rows f() {\n  const auto g = [] { call(); };\n  return {\n"}) {
    EXPECT_EQ(planted("base/x.cpp", head + rows + "  };\n  call();\n}\n", check_lengths), "") << head;
    EXPECT_NE(planted("base/x.cpp", head + rows + "  };\n" + lines(70) + "}\n", check_lengths), "") << head;
  }
}

TEST(StyleCheck, TakesBracesWithoutStatementsForATable) {
  const std::string list = std::string(200, '\n') + "1, 2";
  EXPECT_EQ(planted("base/x.cpp", "void f() {\n  for (int n : {" + list + "}) call(n);\n}\n", check_lengths),
            "");
  EXPECT_EQ(planted("base/x.cpp", "void f() {\n  check({" + list + "});\n}\n", check_lengths), "");
  EXPECT_NE(planted("base/x.cpp", "void f() {\n  if (x) {" + lines(70) + "}\n}\n", check_lengths), "");
}

TEST(StyleCheck, CountsNestedBlocksToTheFunctionAroundThem) {
  const auto found = functions_of(make_source("base/x.cpp", R"(
namespace n {
struct S {
  int value() const { return v_; }
  int v_ = 0;
};
int g(int x) {
  if (x > 0) {
    const auto h = [&] { return x; };
    return h();
  }
  return '{';
}
}  // namespace n
)"));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].head, "int value() const");
  EXPECT_EQ(found[0].lines, 1u);
  EXPECT_EQ(found[1].head, "int g(int x)");
  EXPECT_EQ(found[1].line, 7u);
  EXPECT_EQ(found[1].lines, 7u);
}

TEST(StyleCheck, FindsMarksOfUnfinishedWork) {
  const std::string mark = std::string("TO") + "DO";
  EXPECT_NE(planted("base/x.cpp", "// " + mark + ": later\n", check_unfinished), "");
  EXPECT_NE(planted("docs/x.md", mark + "\n", check_unfinished), "");
  EXPECT_NE(planted("dev", std::string("# FIX") + "ME\n", check_unfinished), "");
  EXPECT_EQ(planted("base/x.cpp", "int k" + mark + "s;\n", check_unfinished), "");
}

TEST(StyleCheck, FindsTestsThatSleepOrSkip) {
  for (const std::string text :
       {"std::this_thread::sleep_for(1s);", "usleep(10);", "::sleep(1);", "void f() { GTEST_SKIP() << 1; }",
        "TEST(A, DISABLED_B) {}", "TEST(DISABLED_A, B) {}"}) {
    EXPECT_NE(planted("tests/unit/x.cpp", text, check_tests), "") << text;
    EXPECT_EQ(planted("base/x.cpp", text, check_tests), "") << text;
  }
  EXPECT_EQ(planted("tests/unit/x.cpp", "void VirtualScheduler::sleep() {}", check_tests), "");
  EXPECT_EQ(planted("tests/unit/x.cpp", "const bool woke = co_await scheduler.sleep(pause);", check_tests),
            "");
}

}  // namespace
}  // namespace prospectd::house
