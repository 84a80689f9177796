#include "mapping/transforms.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace prospectd::mapping {
namespace {

std::string transformed(std::string_view name, std::string_view text) {
  const Transform* t = find_transform(name);
  if (t == nullptr) {
    ADD_FAILURE() << "no transform " << name;
    return {};
  }
  return t->apply(text);
}

TEST(Transforms, TheTableHasEachNameOnceWithItsHelp) {
  const std::vector<std::string> expected = {
      "trim",       "collapse_spaces", "lower",     "upper",       "title_case",      "digits_only",
      "strip_html", "first_word",      "last_word", "no_newlines", "domain_of_email", "domain_of_url"};
  EXPECT_EQ(transform_names(), expected);
  for (const Transform& t : transforms())
    EXPECT_FALSE(t.help.empty()) << t.name;
}

TEST(Transforms, AnUnknownNameIsNone) {
  EXPECT_EQ(find_transform("trimm"), nullptr);
  EXPECT_EQ(find_transform("Trim"), nullptr);
  EXPECT_EQ(find_transform(""), nullptr);
}

struct TransformRow {
  std::string_view name;
  std::string_view in;
  std::string_view out;
};

const TransformRow kRows[] = {
    {"trim", "  a b\u00A0", "a b"},
    {"trim", "\u200B", ""},
    {"collapse_spaces", "  a \t\r\n b\u00A0\u3000c ", "a b c"},
    {"collapse_spaces", "", ""},
    {"lower", "ÄRGER Straße", "ärger straße"},
    {"upper", "ärger", "ÄRGER"},
    {"title_case", "ana maría lópez", "Ana María López"},
    {"title_case", "ANA-MARÍA O'BRIEN", "Ana-María O'Brien"},
    {"title_case", "it's d\u2019arcy", "It's D\u2019Arcy"},
    {"title_case", "3rd avenue, élan", "3rd Avenue, Élan"},
    {"title_case", "jose\u0301 ramo\u0301n", "Jose\u0301 Ramo\u0301n"},
    {"title_case", "ǆ", "ǅ"},
    {"digits_only", "+49 (0)30 / 12-34",
     "49030"
     "1234"},
    {"digits_only", "none", ""},
    {"first_word", "  Ana María López", "Ana"},
    {"first_word", "", ""},
    {"last_word", "Ana María López\u00A0", "López"},
    {"last_word", "Ana", "Ana"},
    {"no_newlines", "12 Main St\r\nFloor 2\n\n\u2028Room 3\n", "12 Main St Floor 2 Room 3"},
    {"no_newlines", "a  b", "a  b"},
    {"domain_of_email", "Ana@Acme.test", "acme.test"},
    {"domain_of_email", "\"a@b\"@acme.test", "acme.test"},
    {"domain_of_email", "ana@münchen.test", "xn--mnchen-3ya.test"},
    {"domain_of_email", "nobody", ""},
    {"domain_of_url", "https://www.Acme.test/about?x=1#y", "acme.test"},
    {"domain_of_url", "acme.test", "acme.test"},
    {"domain_of_url", " http://user:pw@acme.test:8080/ ", "acme.test"},
    {"domain_of_url", "HTTP://MÜNCHEN.test", "xn--mnchen-3ya.test"},
    {"domain_of_url", "www.acme.test", "acme.test"},
    {"domain_of_url", "see our page", ""},
    {"domain_of_url", "https://", ""},
    {"domain_of_url", "http://[2001:db8::1]/", ""},
};

TEST(Transforms, EachDoesWhatItSays) {
  for (const TransformRow& r : kRows)
    EXPECT_EQ(transformed(r.name, r.in), r.out) << r.name << " of \"" << r.in << "\"";
}

const TransformRow kHtml[] = {
    {"", "plain", "plain"},
    {"", "<p>Hello <b>Ana</b>,</p><p>bye</p>", "Hello Ana,\nbye"},
    {"", "a<br>b<BR/>c", "a\nb\nc"},
    {"", "<a href=\"x\" class='y'>link</a>  text", "link text"},
    {"", "1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;q&quot; &apos;", "1 < 2 && 3 > 2 \"q\" '"},
    {"", "&#252;&#xFC;&#x1F600;", "üü😀"},
    {"", "a&nbsp;b&#32;c&#10;d", "a b c d"},
    {"", "fish & chips &unknown; &#; &#xZZ; &#0; &#xD800; &#x110000; &",
     "fish & chips &unknown; &#; &#xZZ; &#0; &#xD800; &#x110000; &"},
    {"", "&amp;lt;", "&lt;"},
    {"", "a < b and c > d", "a < b and c > d"},
    {"", "x <3 y", "x <3 y"},
    {"", "<script>alert('</b>')</script>safe", "safe"},
    {"", "<style>p{}</style ><p>x", "x"},
    {"", "<SCRIPT>never closed", ""},
    {"", "a<!-- <b>hidden</b> -->b", "ab"},
    {"", "a<!-- never closed", "a"},
    {"", "an <unfinished tag", "an <unfinished tag"},
    {"", "<ul><li>one</li><li>two</li></ul>", "one\ntwo"},
    {"", "<!DOCTYPE html><html>x</html>", "x"},
    {"", "", ""},
};

TEST(StripHtml, LeavesTheText) {
  for (const TransformRow& r : kHtml)
    EXPECT_EQ(transformed("strip_html", r.in), r.out) << r.in;
}

TEST(StripHtml, ManyUnfinishedTagsAreReadOnce) {
  std::string text;
  for (int i = 0; i < 500'000; ++i)
    text += "<b";
  EXPECT_EQ(transformed("strip_html", text), text);
  std::string scripts;
  for (int i = 0; i < 200'000; ++i)
    scripts += "<script></";
  EXPECT_EQ(transformed("strip_html", scripts), "");
}

RC_GTEST_PROP(TransformsProperty, WellFormedTextStaysWellFormed, (const std::string& bytes)) {
  const std::string text = repair_utf8(bytes);
  for (const Transform& t : transforms())
    RC_ASSERT(is_valid_utf8(t.apply(text)));
}

RC_GTEST_PROP(TransformsProperty, AnyBytesAreMetWithoutHarm, (const std::string& bytes)) {
  for (const Transform& t : transforms())
    RC_ASSERT(t.apply(bytes).size() <= 4 * bytes.size() + 16);
}

// What has been applied once changes nothing the second time: an own write that comes back is an echo.
RC_GTEST_PROP(TransformsProperty, ApplyingTwiceIsApplyingOnce, ()) {
  const auto piece =
      rc::gen::elementOf(std::vector<std::string>{"a", "B", "ñ", "Ü", " ", "\t", "\n", "\r\n", "\u00A0",
                                                  "\u200B", "'", "-", "1", ".", "@", "o'", "\u0301"});
  std::string text;
  for (const auto& p : *rc::gen::container<std::vector<std::string>>(piece))
    text += p;
  for (const char* name : {"trim", "collapse_spaces", "lower", "upper", "title_case", "digits_only",
                           "first_word", "last_word", "no_newlines"}) {
    const std::string once = transformed(name, text);
    if (transformed(name, once) != once) RC_FAIL(std::string(name) + " is not stable");
  }
}

}  // namespace
}  // namespace prospectd::mapping
