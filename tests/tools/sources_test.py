# SPDX-License-Identifier: Apache-2.0
"""check_sources.py finds each broken rule of style that a machine can see."""

import unittest

from planted import HEAD, verdict


class SourcesTest(unittest.TestCase):
    def stops(self, name: str, text: str, line: int, because: str) -> None:
        code, said = verdict("sources", {name: text})
        self.assertEqual(code, 1, said)
        self.assertIn(f"{name}:{line}: ", said)
        self.assertIn(because, said)

    def test_a_clean_file_passes(self):
        code, said = verdict("sources", {"core/a.h": HEAD + "#pragma once\n", "tools/a.py":
                             '#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\n"""Says so."""\n'})
        self.assertEqual(code, 0, said)

    def test_the_licence_line_comes_first(self):
        self.stops("core/a.h", "#pragma once\n", 1, "SPDX")
        self.stops("web/src/a.tsx", "export {};\n", 1, "SPDX")
        self.stops("core/CMakeLists.txt", "add_library(a)\n", 1, "SPDX")

    def test_the_second_line_says_what_the_file_is_for(self):
        self.stops("core/a.h", "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n", 2, "what belongs")

    def test_four_hundred_lines_are_the_most(self):
        self.stops("core/a.cc", HEAD + "int a;\n" * 399, 401, "401 lines")

    def test_no_unfinished_marks(self):
        self.stops("core/a.cc", HEAD + "// TO" "DO: later\n", 3, "finish it")

    def test_no_paths_of_a_machine(self):
        self.stops("docs/a.md", "see /ho" "me/me/candor\n", 1, "machine")

    def test_a_suppressed_finding_needs_a_reason(self):
        self.stops("core/a.cc", HEAD + "int x;  // NOLINT(readability-x)\n", 3, "reason")

    def test_a_test_outside_the_build_is_found(self):
        self.stops("tests/core/a_test.cc", HEAD, 1, "name it in tests/core/CMakeLists.txt")
        head = "# SPDX-License-Identifier: Apache-2.0\n"
        for line, code in (("SOURCES a_test.cc)", 0), ("file(GLOB tests *_test.cc)", 0), ("SOURCES not_a_test.cc)", 1)):
            with self.subTest(line):
                files = {"tests/core/a_test.cc": HEAD, "tests/core/CMakeLists.txt": head + line + "\n"}
                self.assertEqual(verdict("sources", files)[0], code)

    def test_no_large_files(self):
        self.stops("docs/a.md", "x" * ((1 << 20) + 1), 1, "above 1 MiB")


if __name__ == "__main__":
    unittest.main()
