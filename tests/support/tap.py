# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests in Python share: TAP lines with their reasons, and a plan at the end."""
import sys


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def ok(self, good, name, *why):
        """One line; where it is not good, what there is to say about it."""
        self.n += 1
        print(f"{'ok' if good else 'not ok'} {self.n} - {name}", flush=True)
        if not good:
            self.failed += 1
            for w in why:
                for line in str(w).splitlines()[:60]:
                    print(f"# {line[:400]}", flush=True)
        return good

    def skip(self, name, why):
        self.n += 1
        print(f"ok {self.n} - {name} # SKIP {why}", flush=True)

    def none(self, name, problems):
        """Good when there are no problems; else each is a line."""
        problems = list(problems)
        return self.ok(not problems, name, *problems[:40])

    def case(self, name):
        """Runs a function as a test: an exception fails it, a reason that it returns skips it."""
        def wrap(fn):
            try:
                skipped = fn()
            except Exception as e:  # a failed check, or a broken one: both count
                self.ok(False, name, f"{type(e).__name__}: {e}")
            else:
                if skipped:
                    self.skip(name, skipped)
                else:
                    self.ok(True, name)
            return fn
        return wrap

    def end(self):
        print(f"1..{self.n}")
        sys.exit(1 if self.failed or not self.n else 0)


def expect(good, *what):
    if not good:
        raise AssertionError(" ".join(str(w) for w in what))
