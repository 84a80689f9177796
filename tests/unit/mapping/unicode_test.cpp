#include "mapping/unicode.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace prospectd::mapping::unicode {
namespace {

TEST(Unicode, DecodesOneCodePointAndItsBytes) {
  EXPECT_EQ(decode("ab").code, 'a');
  EXPECT_EQ(decode("ab").bytes, 1u);
  EXPECT_EQ(decode("ü!").code, 0xFC);
  EXPECT_EQ(decode("ü!").bytes, 2u);
  EXPECT_EQ(decode("😀").code, 0x1F600);
  EXPECT_EQ(decode("😀").bytes, 4u);
}

TEST(Unicode, DecodesNothingFromIllFormedBytes) {
  for (const char* text : {"", "\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"})
    EXPECT_EQ(decode(text).bytes, 0u);
}

TEST(Unicode, TrimsBlanksOfEveryKindAndKeepsThoseInside) {
  EXPECT_EQ(trim("\u00A0 a \u200B b\u3000\t"), "a \u200B b");
  EXPECT_EQ(trim("\uFEFF\u202A"), "");
  EXPECT_EQ(trim("ab"), "ab");
  EXPECT_EQ(trim("\u00A0ü\u00A0"), "ü");
}

TEST(Unicode, TrimStopsAtIllFormedBytes) {
  EXPECT_EQ(trim(" \xA0 a"), "\xA0 a");
  EXPECT_EQ(trim("a \xFF "), "a \xFF");
}

TEST(Unicode, ChangesCaseBeyondAscii) {
  EXPECT_EQ(lower("ÄÉ ΣΑΣ Ñ 1"), "äé σασ ñ 1");
  EXPECT_EQ(upper("äé σας ñ 1"), "ÄÉ ΣΑΣ Ñ 1");
}

TEST(Unicode, CaseKeepsIllFormedBytes) {
  EXPECT_EQ(lower("A\xFFÄ\xC3"), "a\xFFä\xC3");
}

TEST(Unicode, NormalFormComposes) {
  EXPECT_EQ(nfc("u\u0308"), "ü");
  EXPECT_EQ(nfc("a\u0307\u0323"), "\u1EA1\u0307");
  EXPECT_EQ(nfc(""), "");
  EXPECT_EQ(nfc("a\xFF"), std::nullopt);
  EXPECT_EQ(nfc(std::string_view("a\0b", 3)), std::string("a\0b", 3));
}

TEST(Unicode, GraphicIsWhatAnAddressMayHold) {
  for (const int32_t code : {int32_t{'a'}, 0xFC, 0x4F8B, 0x1F600, 0x301})
    EXPECT_TRUE(is_graphic(code)) << code;
  for (const int32_t code : {0x00, 0x20, 0x7F, 0x85, 0xA0, 0xAD, 0x200B, 0x2028, 0xFEFF, 0x378, 0xFFFE})
    EXPECT_FALSE(is_graphic(code)) << code;
}

TEST(Unicode, EveryBlankIsNotGraphic) {
  for (int32_t code = 0; code <= 0x10FFFF; ++code) {
    if (!is_blank(code)) continue;
    EXPECT_FALSE(is_graphic(code)) << std::hex << code;
  }
}

RC_GTEST_PROP(UnicodeProperty, TrimmedTextStaysAndIsInside, (const std::string& text)) {
  const std::string_view once = trim(text);
  RC_ASSERT(trim(once) == once);
  RC_ASSERT(text.find(once) != std::string::npos);
  RC_ASSERT(is_blank(std::string_view(text)) == once.empty());
}

RC_GTEST_PROP(UnicodeProperty, CaseAndNormalFormKeepTextWellFormed, (const std::string& bytes)) {
  const std::string text = repair_utf8(bytes);
  RC_ASSERT(is_valid_utf8(lower(text)));
  RC_ASSERT(is_valid_utf8(upper(text)));
  const auto composed = nfc(text);
  RC_ASSERT(composed && nfc(*composed) == composed);
}

}  // namespace
}  // namespace prospectd::mapping::unicode
