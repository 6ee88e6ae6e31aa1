# SPDX-License-Identifier: Apache-2.0
"""check_layers.py lets through what the table allows and stops what it does not."""

import unittest

from planted import HEAD, verdict


class LayersTest(unittest.TestCase):
    def stops(self, file: str, include: str, because: str) -> None:
        code, text = verdict("layers", {file: f"{HEAD}#include {include}\n"})
        self.assertEqual(code, 1, text)
        self.assertIn(f"{file}:3: ", text)
        self.assertIn(because, text)

    def passes(self, file: str, include: str) -> None:
        code, text = verdict("layers", {file: f"{HEAD}#include {include}\n"})
        self.assertEqual(code, 0, text)

    def test_capture_does_not_know_storage(self):
        self.stops("capture/source.h", '"storage/write/recorder.h"', "capture/ may not include storage/write/")

    def test_monitor_reads_but_does_not_write_recordings(self):
        self.passes("monitor/sessions.cc", '"storage/read/catalogue.h"')
        self.stops("monitor/sessions.cc", '"storage/write/recorder.h"', "monitor/ may not include storage/write/")

    def test_a_nested_folder_has_its_own_row(self):
        self.passes("monitor/api.cc", '"monitor/records/accounts.h"')
        self.stops("monitor/records/accounts.cc", '"monitor/api.h"', "monitor/records/ may not include monitor/")

    def test_nothing_that_ships_includes_tests_or_bench(self):
        self.stops("app/monitor_main.cc", '"bench/camsim/server.h"', "app/ may not include bench/")
        self.stops("core/time.cc", '"tests/support/temp_folder.h"', "core/ may not include tests/")

    def test_a_library_stays_with_its_owner(self):
        self.passes("monitor/records/accounts.cc", "<sqlite3.h>")
        self.stops("monitor/sessions.cc", "<sqlite3.h>", "belongs to storage/read")
        self.stops("storage/write/volume.cc", "<boost/asio.hpp>", "belongs to net")
        self.stops("monitor/api.cc", "<boost/beast.hpp>", "belongs to net")
        self.stops("app/capture_main.cc", "<gst/gst.h>", "belongs to capture/local")
        self.stops("app/capture_main.cc", "<gtest/gtest.h>", "belongs to tests and bench")

    def test_one_file_may_be_an_owner(self):
        self.passes("capture/rtsp/digest_auth.cc", "<openssl/evp.h>")
        self.stops("capture/rtsp/session.cc", "<openssl/evp.h>", "belongs to evidence")

    def test_an_unknown_library_needs_an_owner_first(self):
        self.stops("net/server.cc", "<curl/curl.h>", "without an owner")

    def test_headers_are_named_from_the_root(self):
        self.stops("net/server.cc", '"server.h"', "from the root")

    def test_tests_may_include_all(self):
        self.passes("tests/app/room_test.cc", '"app/capture/room.h"')
        self.passes("tests/app/room_test.cc", "<gst/gst.h>")


if __name__ == "__main__":
    unittest.main()
