"""How `benches/bench` measures, and how it tells."""
import contextlib, json, os, platform, statistics, subprocess, sys, time

MB = 1_000_000


def in_turn(top, commands, runs, rounds):
    """Seconds of every run of each command, by name; hyperfine measures, and every round begins with another one."""
    times = {name: [] for name, _ in commands}
    for turn in range(rounds):
        order = [commands[(turn + place) % len(commands)] for place in range(len(commands))]
        named = [word for name, command in order for word in ("-n", name, command)]
        ended = subprocess.run(["hyperfine", "-N", "--style", "none", "--warmup", "3", "--runs", str(runs),
                                "--export-json", f"{top}/times", *named], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, check=False)
        # Its warnings are of single runs that were slow, which medians do not see.
        if ended.returncode != 0:
            sys.exit(f"bench: {ended.stderr}")
        with open(f"{top}/times", encoding="utf-8") as file:
            for result in json.load(file)["results"]:
                times[result["command"]] += result["times"]
    return times


def once(command):
    """Seconds and peak memory in bytes of one run."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}: exit status {process.returncode}")
    return time.perf_counter() - begin, usage.ru_maxrss * 1024


def peak(size):
    """A child's peak starts at what this process held when it was started: less than that cannot be seen."""
    floor = once(["true"])[1]
    return f"<{floor / MB:.0f} MB" if size <= floor * 1.05 else f"{size / MB:.0f} MB"


def spread(seconds):
    return f"{statistics.median(seconds) * 1e3:8.2f} ms ({min(seconds) * 1e3:.2f} to {max(seconds) * 1e3:.2f})"


def clock():
    """Seconds now; CPU seconds that the whole machine has worked; those of this process and what it started."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _, _, irq, softirq, *_ = map(int, stat.readline().split()[1:])
    own = os.times()
    return (own.elapsed, (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK"),
            own.user + own.system + own.children_user + own.children_system)


@contextlib.contextmanager
def section(title):
    print(f"\n== {title}")
    begin = clock()
    yield
    wall, work, own = (after - before for before, after in zip(begin, clock()))
    noise = max(0.0, work - own) / (wall * os.cpu_count())
    print(f"other work took {noise:.0%} of the machine meanwhile" + (": do not trust these times" * (noise > 0.05)))
    sys.stdout.flush()


class Table:
    def __init__(self):
        self.rows = []

    def add(self, work, ours, peer, ratio, goal, met):
        """`ratio` as text; `met` is none where nothing could be measured."""
        self.rows.append((work, ours, peer, ratio, goal, {True: "met", False: "MISSED", None: "not measured"}[met]))

    def faster(self, work, ours, peer, seconds, least, unit=1e3, word="ms"):
        """How many times faster than a peer; none of its seconds if it is not there."""
        if seconds is None:
            return self.add(work, f"{ours * unit:.2f} {word}", peer, "-", f"{least:g}x or more", None)
        ratio = seconds / ours
        self.add(work, f"{ours * unit:.2f} {word}", f"{peer} {seconds * unit:.2f} {word}", f"{ratio:.2f}x faster",
                 f"{least:g}x or more", ratio >= least)

    def at_most(self, work, ours, peer, base, most, unit=1e3, word="ms"):
        ratio = ours / base
        self.add(work, f"{ours * unit:.2f} {word}", f"{peer} {base * unit:.2f} {word}", f"{ratio:.2f}x",
                 f"at most {most:g}x", ratio <= most)

    def show(self):
        rows = [("work", "ours", "peer", "ratio", "goal", ""), *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def machine():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as info:
        names = (line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
        cpu = next(names, platform.machine())
    print(f"machine: {len(os.sched_getaffinity(0))} cores, {cpu}, Linux {platform.release()}")
