// SPDX-License-Identifier: Apache-2.0
// Live view through the monitor: a host's feed in, pages out.
#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "tests/monitor/monitored.h"

namespace candor::monitor {
namespace {

namespace json = boost::json;
using test::Browser;
using test::LivePage;
using testing::ElementsAre;
using testing::StartsWith;

class LiveTest : public test::MonitoredTest {
 protected:
  // A supervisor who has said why.
  Browser viewer() {
    Browser browser = logged_in();
    state_reason(browser, "interrogation-1");
    return browser;
  }
  // The feed of "interrogation-1" with one stream of pictures, watched by the page.
  void begin(LivePage& page) {
    page.watch("interrogation-1");
    host().wait_for_feed();
    host().say({{"type", "state"}, {"room", "interrogation-1"}, {"state", "recording"}});
    host().announce(1, "panorama-video");
    EXPECT_EQ(page.next(4), "viewers(supervisor) state(recording) stream(panorama-video)@1 init@1");
  }
};

TEST_F(LiveTest, AViewingIsNeededFirst) {
  LivePage page(logged_in());

  page.watch("interrogation-1");

  EXPECT_EQ(page.next(), "refused(say first why you look: POST /api/viewings for this room)");
  EXPECT_EQ(host().feeds_opened(), 0);
}

TEST_F(LiveTest, NothingIsEverShownOfALawyersRoom) {
  const Browser browser = logged_in();
  state_reason(browser, "meeting-1");
  LivePage page(browser);

  page.watch("meeting-1");

  EXPECT_EQ(page.next(), "refused(nothing is ever shown of a lawyers' room)");
  EXPECT_EQ(host().feeds_opened(), 0);
}

TEST_F(LiveTest, ARoomThatIsNotThereIsRefused) {
  LivePage page(logged_in());

  page.watch("cellar");
  page.watch("../status");
  page.send({{"type", "watch"}});

  EXPECT_EQ(page.next(3),
            "refused(there is no room 'cellar') refused('room' is no room's name) "
            "refused('room' is no room's name)");
}

TEST_F(LiveTest, APageOfAnotherSiteIsRefused) {
  const Browser browser = viewer();
  const std::string own = "http://127.0.0.1:" + std::to_string(browser.port());

  EXPECT_EQ(LivePage(browser, "https://elsewhere.example").status(), 403U);
  EXPECT_EQ(LivePage(browser, "null").status(), 403U);
  EXPECT_EQ(LivePage(browser, own + "0").status(), 403U);
  EXPECT_EQ(LivePage(browser, own).status(), 101U);
}

TEST_F(LiveTest, TheFeedComesThroughInItsOrder) {
  LivePage page(viewer());
  begin(page);

  host().send("IPP");
  host().say({{"type", "recorded"}, {"room", "interrogation-1"}});
  host().say({{"type", "lost"}, {"room", "interrogation-1"}, {"channel", 1}});
  host().say({{"type", "end"}, {"room", "interrogation-1"}, {"channel", 1}});

  EXPECT_EQ(page.next(6), "I@1 P@1 P@1 recorded lost@1 end@1");
}

TEST_F(LiveTest, ASecondViewerBeginsWithTheLastGopAndNoSecondPull) {
  const Browser browser = viewer();
  LivePage first(browser);
  begin(first);
  host().send("IPPIPP");
  first.next(6);

  LivePage second(browser);
  second.watch("interrogation-1");

  EXPECT_EQ(second.next(7),
            "state(recording) stream(panorama-video)@1 init@1 I@1 P@1 P@1 viewers(supervisor)");
  host().send("P");
  EXPECT_EQ(second.next(), "P@1");
  EXPECT_EQ(host().feeds_opened(), 1);
}

TEST_F(LiveTest, WhatABrowserDoesNotPlayIsSaidAndNotSent) {
  LivePage page(viewer());
  page.send({{"type", "watch"}, {"room", "interrogation-1"}, {"plays", {"avc1"}}});
  host().wait_for_feed();
  host().announce(1, "panorama-video", "video", "hvc1.1.6.L120.90");
  host().announce(2, "close-up-video");

  EXPECT_EQ(page.next(4),
            "viewers(supervisor) unplayable(panorama-video) stream(close-up-video)@1 init@1");
}

TEST_F(LiveTest, ABrowserThatPlaysH265GetsIt) {
  LivePage page(viewer());
  page.send({{"type", "watch"}, {"room", "interrogation-1"}, {"plays", {"avc1", "hvc1"}}});
  host().wait_for_feed();
  host().announce(1, "panorama-video", "video", "hvc1.1.6.L120.90");

  EXPECT_EQ(page.next(3), "viewers(supervisor) stream(panorama-video)@1 init@1");
}

TEST_F(LiveTest, SoundBeginsAtOnce) {
  const Browser browser = viewer();
  LivePage first(browser);
  first.watch("interrogation-1");
  host().wait_for_feed();
  host().announce(2, "panorama-audio", "audio");
  host().send(std::string(200, 'I'), 2);
  first.next(203);

  LivePage second(browser);
  second.watch("interrogation-1");

  EXPECT_EQ(second.until("viewers").size(), 2U + 128U + 1U);  // Not all that ever was.
}

TEST_F(LiveTest, APageSeesTheStreamsThatItNames) {
  LivePage page(viewer());
  page.send({{"type", "watch"}, {"room", "interrogation-1"}, {"streams", {"close-up-video"}}});
  host().wait_for_feed();
  host().announce(1, "panorama-video");
  host().announce(2, "close-up-video");
  host().send("I", 1);
  host().send("I", 2);

  EXPECT_EQ(page.next(4), "viewers(supervisor) stream(close-up-video)@1 init@1 I@1");
}

TEST_F(LiveTest, WatchingAgainBeginsAnewWithOtherChannels) {
  LivePage page(viewer());
  begin(page);
  host().send("IP");
  page.next(2);

  page.watch("interrogation-1");

  EXPECT_EQ(page.next(6),
            "state(recording) stream(panorama-video)@2 init@2 I@2 P@2 viewers(supervisor)");
}

TEST_F(LiveTest, UnwatchIsQuietAndTheOthersLearnWhoIsLeft) {
  LivePage page(viewer());
  begin(page);
  LivePage other(viewer());
  other.watch("interrogation-1");
  other.until("viewers");
  page.next();  // The viewers anew.

  page.send({{"type", "unwatch"}, {"room", "interrogation-1"}});
  EXPECT_EQ(other.next(), "viewers(supervisor)");
  host().send("I");
  page.send({{"type", "ping"}, {"t", 5}});

  EXPECT_EQ(other.next(), "I@1");
  EXPECT_EQ(page.next(), "pong");
}

TEST_F(LiveTest, TheFeedEndsSoonAfterTheLastViewerEvenWhenTheRoomIsQuiet) {
  {
    LivePage page(viewer());
    begin(page);
  }

  host().wait_for_end_of_feed();

  LivePage page(viewer());
  page.watch("interrogation-1");
  host().wait_for_feed(2);
}

TEST_F(LiveTest, WhoComesBackInTimeFindsTheFeedRunning) {
  LivePage page(viewer());
  begin(page);
  page.send({{"type", "unwatch"}, {"room", "interrogation-1"}});
  page.watch("interrogation-1");
  page.until("viewers");

  host().send("I");

  EXPECT_EQ(page.next(), "I@2");
  EXPECT_EQ(host().feeds_opened(), 1);
}

TEST_F(LiveTest, AFeedThatBreaksEndsItsStreamsAndIsPulledAnew) {
  LivePage page(viewer());
  begin(page);
  host().send("I");
  page.next();

  host().stop();
  host().start();

  EXPECT_THAT(page.until("end"), testing::Contains("end@1"));
  host().wait_for_feed(2);
  host().announce(1, "panorama-video");
  host().send("I");
  EXPECT_EQ(page.until("I").back(), "I@1");
}

TEST_F(LiveTest, AViewerWhoIsTooSlowJumpsToTheNextKeyFrameAndIsTold) {
  LivePage page(viewer());
  begin(page);
  constexpr std::size_t kFrames = 120;
  constexpr std::size_t kFrameBytes = std::size_t{256} << 10;  // 30 MiB: no socket holds them.
  host().send("I" + std::string(kFrames - 1, 'P'), 1, kFrameBytes);
  host().say({{"type", "recorded"}, {"room", "interrogation-1"}});

  const std::size_t arrived = page.until("recorded").size() - 1;
  host().send("PIP");

  EXPECT_LT(arrived, kFrames);
  EXPECT_EQ(page.next(3), fmt::format("drop@1:{} I@1 P@1", kFrames - arrived + 1));
}

TEST_F(LiveTest, OneSlowViewerDoesNotHoldUpTheOthers) {
  const Browser browser = viewer();
  LivePage slow(browser);
  begin(slow);
  LivePage quick(browser);
  quick.watch("interrogation-1");
  quick.until("viewers");
  for (int i = 0; i < 60; ++i) {
    host().send("I", 1, std::size_t{256} << 10);
    EXPECT_EQ(quick.next(), "I@1");
  }
}

TEST_F(LiveTest, WhatIsNoRequestIsRefusedAndThePageGoesOn) {
  LivePage page(logged_in());

  page.send({{"type", "dance"}});
  page.send({});
  page.send({{"type", "ping"}, {"t", {{"x", "not echoed"}}}});

  EXPECT_EQ(page.next(), "pong");
}

}  // namespace
}  // namespace candor::monitor
