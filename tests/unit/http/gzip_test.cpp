#include "connectors/http/gzip.h"

#include <gtest/gtest.h>

namespace prospectd::http {
namespace {

constexpr size_t kRoom = 1024 * 1024;

std::string sample() {
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += "line " + std::to_string(i * 7919) + "\n";
  return text;
}

TEST(Gzip, ComesBackAsItWas) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(70'000, '\0'), sample()}) {
    const auto back = gzip_decompress(gzip_compress(text), kRoom);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, text);
  }
}

TEST(Gzip, MakesTextSmaller) {
  EXPECT_LT(gzip_compress(sample()).size(), sample().size() / 2);
}

TEST(Gzip, ExactlyTheCapPassesAndOneByteMoreDoesNot) {
  const std::string packed = gzip_compress(std::string(100'000, 'x'));
  EXPECT_TRUE(gzip_decompress(packed, 100'000));
  const auto over = gzip_decompress(packed, 99'999);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kTooLarge);
}

TEST(Gzip, ABombIsGivenUpAtTheCap) {
  const std::string bomb = gzip_compress(std::string(64 * 1024 * 1024, '\0'));
  GzipDecoder decoder(kRoom);
  std::string out;
  const auto fed = decoder.feed(bomb, out);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, ErrorCode::kTooLarge);
  EXPECT_LE(out.size(), kRoom);
}

TEST(Gzip, ABodyThatIsCutIsRefused) {
  const std::string packed = gzip_compress(sample());
  for (const size_t length : {size_t{0}, size_t{1}, size_t{9}, packed.size() / 2, packed.size() - 1}) {
    const auto back = gzip_decompress(packed.substr(0, length), kRoom);
    ASSERT_FALSE(back) << length;
    EXPECT_EQ(back.error().code, ErrorCode::kBadPayload);
  }
}

TEST(Gzip, WhatIsNotGzipIsRefused) {
  for (const std::string text :
       {"{\"a\":1}", "\x1f\x8b garbage after the magic number", "x\x9c zlib's own"}) {
    const auto back = gzip_decompress(text, kRoom);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, ErrorCode::kBadPayload);
  }
}

TEST(Gzip, AWrongChecksumIsRefused) {
  std::string packed = gzip_compress("hello");
  packed[packed.size() - 8] = static_cast<char>(packed[packed.size() - 8] ^ 1);
  EXPECT_FALSE(gzip_decompress(packed, kRoom));
}

TEST(Gzip, MembersFollowEachOther) {
  const auto back = gzip_decompress(gzip_compress("one ") + gzip_compress("two"), kRoom);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, "one two");
}

TEST(Gzip, GarbageBehindTheLastMemberIsRefused) {
  EXPECT_FALSE(gzip_decompress(gzip_compress("one") + "garbage", kRoom));
}

TEST(GzipDecoder, TakesOneByteAtATime) {
  const std::string text = sample();
  const std::string packed = gzip_compress(text);
  GzipDecoder decoder(kRoom);
  std::string out;
  for (const char byte : packed) {
    EXPECT_FALSE(decoder.finished() && !out.empty());
    ASSERT_TRUE(decoder.feed(std::string_view(&byte, 1), out));
  }
  EXPECT_TRUE(decoder.finished());
  EXPECT_EQ(out, text);
}

TEST(GzipDecoder, NoInputAtAllIsFinished) {
  EXPECT_TRUE(GzipDecoder(kRoom).finished());
}

/// The decoded size of a whole number of internal steps is where an end is easiest to miss.
TEST(GzipDecoder, IsFinishedAfterAFullLastStep) {
  GzipDecoder decoder(kRoom);
  std::string out;
  ASSERT_TRUE(decoder.feed(gzip_compress(std::string(32 * 1024, 'a')), out));
  EXPECT_EQ(out.size(), 32U * 1024);
  EXPECT_TRUE(decoder.finished());
}

}  // namespace
}  // namespace prospectd::http
