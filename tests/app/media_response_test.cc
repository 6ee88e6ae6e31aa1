// SPDX-License-Identifier: Apache-2.0
// A range of a recorded room as an HTTP answer.
#include "app/capture/media_response.h"

#include <gmock/gmock.h>

#include "tests/storage_write/index_fixture.h"

namespace candor::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class MediaResponseTest : public storage::IndexFixture {
 protected:
  void SetUp() override {
    start();
    start_index();
    open_session();
    record("IPPPPPPPP IPPPPPPPP");
    place_.session = session_;
    close_session();
    round();
    place_.index_path = index_path();
    place_.volume_roots = {folder_ / "a"};
    place_.stream = room_->stream_id(0);
  }

  net::HttpResponse ask(std::map<std::string, std::string, std::less<>> headers) {
    net::HttpRequest request;
    request.method = "GET";
    request.query = query_;
    request.headers = std::move(headers);
    return media_response(place_, request);
  }

  static std::string header(const net::HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) {
        return value;
      }
    }
    return "";
  }

  // In pieces, as the server reads it.
  static std::string body(const net::HttpResponse& response) {
    std::string text;
    Bytes block(100);
    while (response.stream != nullptr) {
      const std::size_t got = response.stream->read(block).value();
      if (got == 0) {
        break;
      }
      text.append(as_text(ByteView(block).first(got)));
    }
    return text;
  }

  MediaPlace place_;
  std::map<std::string, std::string, std::less<>> query_;
};

TEST_F(MediaResponseTest, GivesTheWholeSessionAsOneFile) {
  const net::HttpResponse response = ask({});
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(header(response, "Content-Type"), "video/mp4");
  const std::string whole = body(response);
  EXPECT_EQ(whole.size(), response.stream->size());
  EXPECT_EQ(whole.substr(4, 4), "ftyp");
}

TEST_F(MediaResponseTest, GivesAPartThatIsTheSameInTheWhole) {
  const std::string whole = body(ask({}));
  const net::HttpResponse part = ask({{"range", "bytes=300-1299"}});
  EXPECT_EQ(part.status, 206U);
  EXPECT_EQ(header(part, "Content-Range"), "bytes 300-1299/" + std::to_string(whole.size()));
  EXPECT_EQ(body(part), whole.substr(300, 1000));
}

TEST_F(MediaResponseTest, RefusesAPartOutsideAndSaysHowLongTheFileIs) {
  const std::string whole = body(ask({}));
  const net::HttpResponse refused = ask({{"range", "bytes=99999999-"}});
  EXPECT_EQ(refused.status, 416U);
  EXPECT_EQ(header(refused, "Content-Range"), "bytes */" + std::to_string(whole.size()));
}

TEST_F(MediaResponseTest, GivesNothingTwiceToWhoHasIt) {
  const std::string etag = header(ask({}), "ETag");
  EXPECT_THAT(etag, StartsWith("\""));
  EXPECT_EQ(ask({{"if-none-match", etag}}).status, 304U);
  EXPECT_EQ(ask({{"range", "bytes=0-9"}, {"if-range", etag}}).status, 206U);
  EXPECT_EQ(ask({{"range", "bytes=0-9"}, {"if-range", "\"old\""}}).status, 200U);
}

TEST_F(MediaResponseTest, NamesTheStreamOfWhichNothingIsThere) {
  place_.stream = make_uuid({1});
  const net::HttpResponse refused = ask({});
  EXPECT_EQ(refused.status, 404U);
  EXPECT_THAT(refused.body, HasSubstr(to_string(place_.stream)));
}

TEST_F(MediaResponseTest, WantsABeginningInARoomThatRecordsAlways) {
  place_.session.reset();
  EXPECT_EQ(ask({}).status, 400U);
  query_ = {{"from", "yesterday"}};
  EXPECT_EQ(ask({}).status, 400U);
}

TEST_F(MediaResponseTest, GivesNoRoomTheStreamsOfAnother) {
  const net::HttpResponse whole = ask({});
  query_ = {{"from", header(whole, "X-Candor-From")}, {"to", header(whole, "X-Candor-To")}};
  place_.session.reset();

  place_.room = "room-1";
  EXPECT_EQ(ask({}).status, 200U);
  place_.room = "room-2";
  EXPECT_EQ(ask({}).status, 404U);
}

}  // namespace
}  // namespace candor::app
