# SPDX-License-Identifier: Apache-2.0
"""check_coroutines.py finds each form that GCC 12.2 destroys twice, and leaves the named forms alone."""

import unittest

from planted import HEAD, verdict

DESTROYED_TWICE = {
    "a lambda that captures": "co_await f([x] { use(x); });",
    "a lambda with parameters": "auto r = co_await f([x](int n) { return n; });",
    "a lambda on the next line": "co_await f(pool,\n    [x]() mutable { use(x); });",
    "an aggregate": "co_await f(Agg{a, b});",
    "a qualified aggregate": "co_await f(net::Request{.path = p});",
    "a braced list": "co_await f({a, b});",
    "a braced list as the second argument": "co_await f(a, {b, c});",
}
FINE = {
    "named before": "auto job = [x] { use(x); };\nco_await f(std::move(job));",
    "a condition with a block": "if (co_await f(x)) {\n  g();\n}",
    "a loop with a block": "while (co_await f(x)) {\n  g();\n}",
    "an index": "co_await f(items[2], other);",
    "a comment": "// co_await f([x] { })\nco_await f(x);",
    "a string": 'co_await f("{a}");',
    "a statement after it": "co_await f(x);\nAgg a{1, 2};",
}


class CoroutinesTest(unittest.TestCase):
    def test_finds_each_form_and_its_line(self):
        for name, code in DESTROYED_TWICE.items():
            with self.subTest(name):
                status, text = verdict("coroutines", {"net/a.cc": HEAD + code})
                self.assertEqual(status, 1, text)
                self.assertIn("net/a.cc:3: name the lambda or braced argument", text)

    def test_leaves_named_arguments_alone(self):
        for name, code in FINE.items():
            with self.subTest(name):
                status, text = verdict("coroutines", {"net/a.cc": HEAD + code})
                self.assertEqual(status, 0, text)


if __name__ == "__main__":
    unittest.main()
