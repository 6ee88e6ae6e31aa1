# SPDX-License-Identifier: Apache-2.0
"""The parts of `bench/record.py`: reading recorded files, judging them, peers and their cost."""
