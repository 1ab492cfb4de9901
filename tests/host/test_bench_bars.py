"""What the benches hold a figure to: each bar sees what is above it, and what was not measured."""

from argparse import Namespace

import entry_rule
import gnss_emulated
import pytest
import seal_emulated
import secrets_emulated
import shapely_oracle
import zone_cost
import zones_around

from reticent.tagcode import vault


def costs(**longest_us):
    return "".join(f"{name} 90000 {us} 3 1000\n" for name, us in longest_us.items())


BARS = {"sign": (100, 50, 2_000), "verify": (None, 50, None)}


@pytest.mark.parametrize(
    ("printed", "missed"),
    [
        (costs(sign=50_000, verify=50_000), []),
        (costs(sign=50_001, verify=1), ["sign: 50.001 is above 50"]),
        (
            "sign 100001 1 3 2001\n" + costs(verify=1),
            ["sign: 100.001 is above 100", "sign: 2001 is above 2000"],
        ),
        (costs(sign=1), ["verify: was not measured"]),
        ("", ["sign: was not measured", "verify: was not measured"]),
    ],
)
def test_a_cost_above_its_bar_or_not_measured_is_missed(printed, missed):
    assert seal_emulated.report(printed, BARS) == missed


def timing(first, control, gcm=5):
    count = len(seal_emulated.SECRETS)
    lines = []
    for miss in (0, 42):
        lines.append(f"xip_miss {miss}")
        lines.append(f"timing sign {first} " + "5 " * (count - 1))
        lines.append(f"timing gcm {gcm if miss else 5} " + "5 " * (count - 1))
        lines.append(f"timing big_product {control} " + "5 " * (count - 1))
    return "\n".join(lines)


def test_secrets_that_differ_in_time_are_told_and_so_is_a_control_that_does_not():
    assert seal_emulated.spread(timing(5, 6, gcm=7)) == []
    assert (
        seal_emulated.spread(timing(6, 6)) == ["sign: its secrets' times are 1 cycles apart"] * 2
    )
    assert len(seal_emulated.spread(timing(5, 5))) == 2
    assert seal_emulated.spread("") == ["big_product: the control was measured 0 times, not 2"]


def test_a_step_longer_than_any_call_of_littlefs_is_told():
    printed = "xip_miss 42\ncommit {}\nlfs_write 900\nlfs_open 100\n"
    assert seal_emulated.flash_steps(printed.format(900)) == []
    (told,) = seal_emulated.flash_steps(printed.format(901))
    assert told == "commit: a step of 901 us, a call of LittleFS takes 900"


def test_a_vector_that_fails_or_was_not_looked_at_is_told():
    count = seal_emulated.seal_vectors.text().count("\n")
    assert seal_emulated.vectors(f"vectors gcm {count}\n") == []
    assert seal_emulated.vectors(f"vectors gcm {count}\nfailed x\n") == ["failed x"]
    assert seal_emulated.vectors(f"vectors gcm {count - 1}\n") != []


def stream(**changed):
    said = {"turns": [100, 90], "received": [500, 4, 20], "heap": [0, 9], "lost": [0]}
    return said | {"damaged": [77, 415]} | changed


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({}, None),
        ({"damaged": [78, 415]}, "damaged"),
        ({"lost": [1]}, "1 bytes were lost"),
        ({"heap": [16, 9]}, "16 bytes of heap"),
        ({"heap": [0, 0]}, "0 sentences"),
        ({"received": [0, 0, 0]}, "no sentence"),
    ],
)
def test_a_stream_on_the_chip_is_held_to_cpythons_fixes_and_loses_nothing(changed, word):
    wrong = gnss_emulated.report(42, stream(**changed), [77, 415])
    assert [word in line for line in wrong] == ([] if word is None else [True])


def test_an_interpreter_without_results_has_no_checksum():
    assert zone_cost.report("unix", "check_ns 5\n") == set()


SEED = bytes(range(32))


def boots(**changed):
    said = {"output": ["aa", "bb"], "tag": ["11", "11"], "offset": ["1 2", "1 2"]}
    said |= {"boot": ["cut 5"]} | {"blocks": ["3 4", "3 4"]} | changed
    return "".join(f"{name} {value}\n" for name, values in said.items() for value in values)


@pytest.mark.parametrize(
    ("changed", "rest", "word"),
    [
        ({}, b"", None),
        ({"output": ["aa", "aa"]}, b"", "an output repeats"),
        ({"tag": ["11", "12"]}, b"", "tag changed"),
        ({"offset": ["1 2", "1 3"]}, b"", "offset changed"),
        ({"blocks": ["3 4", "3 5"]}, b"", "a block has moved: 3 4, then 3 5"),
        ({"blocks": ["3 4"]}, b"", "no two whole boots"),
        ({"boot": ["whole 5", "whole 9"]}, b"", "no boot was cut"),
        ({}, SEED[:16], "1 old states are in the raw volume"),
    ],
)
def test_secrets_that_repeat_stay_or_move_are_told(tmp_path, monkeypatch, changed, rest, word):
    present = secrets_emulated.states(SEED, 2)[2]
    pages = bytes(vault.PAGE_BYTES) + vault.encode_page(0, 3, vault.Vault(present).encode())
    monkeypatch.setattr(secrets_emulated, "read_image", lambda image: {"secrets/a": pages})
    (tmp_path / "flash.img").write_bytes(present + rest)
    wrong = secrets_emulated.findings(boots(**changed), tmp_path / "flash.img", SEED, 4)
    assert [word in line for line in wrong] == ([] if word is None else [True])


def test_a_block_may_be_elsewhere_after_a_cut_only():
    cut = "blocks 3 4\nboot {} 9\nblocks 3 5\nboot whole 12\nblocks 3 5\n"
    assert secrets_emulated.moves(cut.format("cut")) == []
    assert len(secrets_emulated.moves(cut.format("whole"))) == 1


NOISE = Namespace(jumps=2, mean_jump=8, overlap=False, seed=1, every_fix=False, hours=15, months=0)


def test_a_rule_that_enters_falsely_is_not_as_r6_has_it(monkeypatch):
    monkeypatch.setattr(entry_rule, "SHAPES", (entry_rule.edge,))
    assert entry_rule.false_decisions(NOISE) == []
    monkeypatch.setattr(entry_rule, "Own", entry_rule.FourInARow)
    false = entry_rule.false_decisions(NOISE)  # as entries, as exits, and beside the others
    assert [line.split(":")[0] for line in false] == ["edge, 20 m off"] * 3


class Late(entry_rule.Own):
    """Decides twenty seconds after it could."""

    def __init__(self, shape, sign):
        super().__init__(shape, sign)
        self.decided_s = None

    def is_idle(self):
        return False

    def fix(self, second, north, east, depth_dm):
        if super().fix(second, north, east, depth_dm):
            self.decided_s = second
        return self.decided_s is not None and second == self.decided_s + 20


def test_a_rule_that_decides_late_is_not_as_r6_has_it(monkeypatch):
    monkeypatch.setattr(entry_rule, "APPROACHES", ("10", "at once"))
    args = Namespace(**vars(NOISE), runs=4)
    assert entry_rule.true_decisions(args) == []
    monkeypatch.setattr(entry_rule, "Own", Late)
    late = entry_rule.true_decisions(args)
    assert [line.split(":")[0] for line in late] == [
        "entry 10, 150 m for 60 s",
        "exit 10, 150 m for 60 s",
    ]


def test_a_false_entry_into_the_whole_zone_set_is_told(monkeypatch):
    args = Namespace(**vars(NOISE), whole_hours=1)
    monkeypatch.setattr(entry_rule, "false_entries", lambda tracks: 0)
    assert entry_rule.whole(args) == []
    monkeypatch.setattr(entry_rule, "false_entries", lambda tracks: 3)
    assert len(entry_rule.whole(args)) == 1
    inside = [[[1_000] * 90, [0] * 90]]  # 100 m north, in the zones around
    assert zones_around.false_entries(map(zones_around.np.array, inside)) > 0


def test_a_point_that_the_tag_alone_sees_otherwise_ends_the_comparison_with_1(monkeypatch):
    monkeypatch.setattr("sys.argv", ["shapely_oracle.py", "300"])
    contains = shapely_oracle.Table.contains
    for change, status in ((False, 0), (True, 1)):
        monkeypatch.setattr(
            shapely_oracle.Table, "contains", lambda self, k, c=change: contains(self, k) ^ c
        )
        with pytest.raises(SystemExit) as ended:
            shapely_oracle.main()
        assert ended.value.code == status
