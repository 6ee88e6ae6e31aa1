// SPDX-License-Identifier: Apache-2.0
#include "transcode/message_pipe.h"

#include <array>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace candor::transcode {
namespace {

class MessagePipeTest : public testing::Test {
 protected:
  MessagePipeTest() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~MessagePipeTest() override {
    ::close(ends_[0]);
    finish();
  }
  void finish() {
    if (ends_[1] >= 0) {
      ::close(std::exchange(ends_[1], -1));
    }
  }
  // The message as hexadecimal digits, "end", or the error's kind.
  std::string next() {
    const auto message = read_message(ends_[0]);
    if (!message.has_value()) {
      return std::string(to_string(message.error().kind()));
    }
    return message->has_value() ? to_hex(**message) : "end";
  }

  std::array<int, 2> ends_{};
};

TEST_F(MessagePipeTest, HandsMessagesOnInTheirOrder) {
  const Bytes header = {1, 2};
  const Bytes body = {3};
  ASSERT_TRUE(write_message(ends_[1], header, body).has_value());
  ASSERT_TRUE(write_message(ends_[1], {}, {}).has_value());
  finish();
  EXPECT_EQ(next(), "010203");
  EXPECT_EQ(next(), "");
  EXPECT_EQ(next(), "end");
}

TEST_F(MessagePipeTest, ATornMessageIsNone) {
  const Bytes torn = {0, 0, 0, 9, 1, 2};
  ASSERT_EQ(::write(ends_[1], torn.data(), torn.size()), 6);
  finish();
  EXPECT_EQ(next(), "data-loss");
}

TEST_F(MessagePipeTest, AnAbsurdLengthIsRefusedBeforeMemoryIsTaken) {
  const Bytes absurd = {0xFF, 0xFF, 0xFF, 0xFF};
  ASSERT_EQ(::write(ends_[1], absurd.data(), absurd.size()), 4);
  EXPECT_EQ(next(), "data-loss");
}

}  // namespace
}  // namespace candor::transcode
