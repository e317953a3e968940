"""Made years with known answers: what actions become, at which rate, and what cannot be declared."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidata.analysis import flows, rates, successions
from solidata.build import assemble
from solidata.catalog import load
from solidata.check import lineage as checked
from solidata.figures import gallery
from solidata.problems import NoDataError, RefusedError
from solidata.tables import Registers, all_tables
from solidata.tables.typed import typed

SECTIONS = pd.DataFrame({
    "section_id": ["sante", "habitat"], "label": ["Santé", "Habitat"], "volet": "sectoriel",
    "order": [1, 2], "in_total": True,
})  # fmt: skip
SECTION = {"S": "sante", "H": "habitat"}
SHORT = {"R": "realisee", "C": "en_cours", "P": "reportee", "D": "supprimee", "?": "non_lisible"}


def made(table, **columns):
    """Return a typed table with what its declaration has besides, empty."""
    frame = pd.DataFrame(columns)
    for field in all_tables()[table].fields:
        if field.name not in frame:
            frame[field.name] = None
    return typed(all_tables()[table], frame)


def statuses(**years):
    """Return statuses from ``y2025="SA-01:R SA-02:?"``."""
    rows = [
        (f"{action}.{year[1:]}", action, int(year[1:]), SHORT[word])
        for year, said in years.items()
        for action, word in (cell.split(":") for cell in said.split())
    ]
    frame = pd.DataFrame(rows, columns=["status_id", "action_id", "year", "status"])
    columns = {c: frame[c] for c in frame}
    return made("action_statuses", **columns, basis="stated", reason="x",
                source_id="bilan-" + frame["year"].astype(str), line=1, printed="x")  # fmt: skip


def actions(*frames, **leaves):
    ids = sorted({a for f in frames for a in f["action_id"]} | set(leaves))
    return made("actions", action_id=ids, section_id=[SECTION[a[0]] for a in ids],
                leaves_plan=[leaves.get(a) for a in ids])  # fmt: skip


def fates(*rows):
    """Return a lineage from ``"SA-01 merged SA-03 2026"``; « - » stands for no successor."""
    cells = [r.split() for r in rows]
    return made(
        "action_lineage",
        lineage_id=[f"{c[0]}.{c[3]}.{c[2]}" for c in cells],
        action_id=[c[0] for c in cells],
        kind=[c[1] for c in cells],
        successor_id=[None if c[2] == "-" else c[2] for c in cells],
        year=[int(c[3]) for c in cells],
        source_id="bilan-2026",
    )


def flow(told, *rows, before=2025, after=2026, **leaves):
    acts = actions(told, **{k.replace("_", "-"): v for k, v in leaves.items()})
    found = flows.flows(told, acts, fates(*rows), before, after)
    assert reconciles(found, told, before, after)
    return found


def reconciles(found, told, before, after):
    """Shares and totals give back the number of actions that each report lists."""
    total = flows.totals(found)
    for side, year in (("before", before), ("after", after)):
        listed = told[told["year"] == year]
        assert found[f"{side}_share"].sum() == pytest.approx(len(listed))
        by_status = listed["status"].astype(str).value_counts().to_dict()
        counted = total.set_index("status")[side]
        assert counted[counted > 0].to_dict() == by_status
    return True


def said(found):
    """Return the rows as « before > after flow », sorted."""
    dash = found[["before_id", "after_id"]].astype(object).fillna("-")
    return sorted(f"{a} > {b} {f}" for a, b, f in zip(dash["before_id"], dash["after_id"],
                                                     found["flow"], strict=True))  # fmt: skip


# --- flows -----------------------------------------------------------------------------


def test_an_action_keeps_its_key_appears_leaves_or_is_gone_unsaid():
    told = statuses(y2025="SA-01:C SA-02:R SA-03:P SA-04:?", y2026="SA-01:R SA-05:C")
    found = flow(told, "SA-02 left_plan - 2026", SA_03="yes", SA_04="unknown")
    assert said(found) == [
        "- > SA-05 appeared", "SA-01 > SA-01 kept", "SA-02 > - left_plan",
        "SA-03 > - left_plan", "SA-04 > - vanished",
    ]  # fmt: skip
    by = found.set_index("before_id")
    assert by.loc[["SA-01", "SA-02", "SA-03", "SA-04"], "basis"].tolist() == [
        "key", "lineage", "asterisk", "none"]  # fmt: skip
    # An unreadable asterisk explains nothing; it is told, and the action is not taken for done.
    assert by.loc["SA-04", ["asterisk", "status_before"]].tolist() == ["unknown", "non_lisible"]
    assert pd.isna(by.loc["SA-04", "status_after"])
    assert by.loc["SA-02", "address"] == "action_statuses:SA-02.2025 action_lineage:SA-02.2026.-"
    assert by.loc["SA-01", "source_id"] == "bilan-2025 bilan-2026"


def test_an_action_that_the_first_report_deletes_is_not_gone_unsaid():
    told = statuses(y2025="SA-01:D SA-02:D SA-03:D", y2026="SA-02:C SA-08:C")
    found = flow(told, "SA-03 merged SA-08 2026")
    assert said(found) == ["SA-01 > - left_plan", "SA-02 > SA-02 kept", "SA-03 > SA-08 merged"]
    assert found.set_index("before_id")["basis"].to_dict() == {
        "SA-01": "status", "SA-02": "key", "SA-03": "lineage"}  # fmt: skip


def test_the_matrix_counts_statuses_and_the_margins_count_actions():
    told = statuses(
        y2025="SA-01:C SA-02:C SA-03:C SA-04:R", y2026="SA-01:R SA-02:R SA-03:C SA-09:C"
    )
    table = flows.matrix(flow(told))
    counts = {(a, b): n for a, b, n in table[["start", "end", "count"]].to_numpy()}
    assert counts == {
        ("en_cours", "realisee"): 2, ("en_cours", "en_cours"): 1, ("realisee", "vanished"): 1,
        ("appeared", "en_cours"): 1,
    }  # fmt: skip


def test_two_actions_merged_into_a_new_one():
    told = statuses(y2025="SA-01:C SA-02:R", y2026="SA-03:R")
    found = flow(told, "SA-01 merged SA-03 2026", "SA-02 merged SA-03 2026")
    assert said(found) == ["SA-01 > SA-03 merged", "SA-02 > SA-03 merged"]
    assert found["before_share"].tolist() == [1, 1]  # 1 + 1 = 2 actions before
    assert found["after_share"].tolist() == [0.5, 0.5]  # 1/2 + 1/2 = 1 after


def test_an_action_merged_into_one_that_keeps_its_key():
    told = statuses(y2025="SA-01:C SA-02:R", y2026="SA-01:R")
    found = flow(told, "SA-02 merged SA-01 2026")
    assert said(found) == ["SA-01 > SA-01 kept", "SA-02 > SA-01 merged"]


def test_an_action_split_in_two_new_ones_and_one_that_keeps_its_key():
    told = statuses(y2025="SA-01:C SA-02:C", y2026="SA-02:R SA-03:R SA-04:P SA-05:C")
    found = flow(told, "SA-01 split SA-03 2026", "SA-01 split SA-04 2026", "SA-02 split SA-05 2026")
    assert said(found) == [
        "SA-01 > SA-03 split", "SA-01 > SA-04 split", "SA-02 > SA-02 split", "SA-02 > SA-05 split",
    ]  # fmt: skip
    assert found["before_share"].tolist() == [0.5] * 4  # 2 actions before, 4 after
    assert found["after_share"].tolist() == [1.0] * 4


def renumbered(count, statuses_of, kept):
    """Return the flows of a plan that renumbers all its actions, keys kept or all new."""
    old = " ".join(f"SA-{n:02}:{statuses_of[n][0]}" for n in range(count))
    name = (lambda n: f"SA-{n:02}") if kept else (lambda n: f"SB-{count - 1 - n:02}")
    new = " ".join(f"{name(n)}:{statuses_of[n][1]}" for n in range(count))
    rows = () if kept else [f"SA-{n:02} continued {name(n)} 2026" for n in range(count)]
    return flow(statuses(y2025=old, y2026=new), *rows)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("RCPD?"), st.sampled_from("RCPD?")), min_size=1, max_size=8)
)
def test_a_plan_that_renumbers_everything_has_the_same_flows_with_kept_and_with_new_keys(words):
    tables = []
    for kept in (True, False):
        found = renumbered(len(words), words, kept)
        assert set(found["flow"]) == {"kept" if kept else "continued"}
        counted = flows.matrix(found)[["start", "end", "count"]]
        tables.append(counted.sort_values(["start", "end"]).to_numpy().tolist())
    assert tables[0] == tables[1]
    assert sum(count for *_, count in tables[0]) == len(words)


def test_fates_are_followed_through_the_years_between():
    told = statuses(
        y2025="SA-01:C SA-02:C SA-03:P",
        y2026="SA-11:C SA-12:C SA-13:C SA-03:P",
        y2027="SA-20:R SA-13:C",
    )
    rows = [
        "SA-01 continued SA-11 2026", "SA-02 split SA-12 2026", "SA-02 split SA-13 2026",
        "SA-11 merged SA-20 2027", "SA-12 merged SA-20 2027", "SA-03 left_plan - 2027",
    ]  # fmt: skip
    assert checked.faults(fates(*rows), told) == []
    assert said(flow(told, *rows, after=2027)) == [
        "SA-01 > SA-20 merged", "SA-02 > SA-13 split", "SA-02 > SA-20 split", "SA-03 > - left_plan",
    ]  # fmt: skip
    assert said(flow(told, *rows, before=2026, after=2027)) == [
        "SA-03 > - left_plan", "SA-11 > SA-20 merged", "SA-12 > SA-20 merged", "SA-13 > SA-13 kept",
    ]  # fmt: skip


def test_a_report_may_announce_a_merger_of_actions_it_still_lists():
    told = statuses(y2025="SA-01:D SA-02:C", y2026="SA-02:R")
    assert said(flow(told, "SA-01 merged SA-02 2025")) == [
        "SA-01 > SA-02 merged", "SA-02 > SA-02 kept"]  # fmt: skip


def test_a_fate_that_leads_nowhere_is_gone_unsaid():
    told = statuses(y2025="SA-01:C", y2026="SA-02:C")
    rows = ["SA-01 continued SA-09 2026"]
    acts = actions(told, **{"SA-09": None})
    found = flows.flows(told, acts, fates(*rows), 2025, 2026)
    assert said(found) == ["- > SA-02 appeared", "SA-01 > - vanished"]


def test_flows_refuse_years_without_actions_two_statuses_and_circles():
    told = statuses(y2025="SA-01:C", y2026="SA-02:C")
    acts = actions(told)
    with pytest.raises(NoDataError, match="listée en 2024 ; années connues : 2025, 2026"):
        flows.flows(told, acts, fates(), 2024, 2026)
    with pytest.raises(RefusedError, match="la plus ancienne d’abord ; reçu : 2026, 2025"):
        flows.flows(told, acts, fates(), 2026, 2025)
    with pytest.raises(RefusedError, match="Plusieurs statuts en 2025 pour SA-01"):
        flows.flows(pd.concat([told, told.iloc[:1]]), acts, fates(), 2025, 2026)
    circle = fates("SA-01 continued SA-03 2026", "SA-03 continued SA-01 2026")
    with pytest.raises(RefusedError, match="La filiation de SA-01 tourne en rond"):
        flows.flows(told, acts, circle, 2025, 2026)


# --- rates -----------------------------------------------------------------------------


def counts(**years):
    """Return printed totals from ``y2025={"sante": "2 1 1 0 4"}`` (R C P D, total)."""
    rows = []
    for year, by_section in years.items():
        for section, cells in by_section.items():
            *numbers, total = map(int, cells.split())
            rows += [
                (f"{section}.{year}.{s}", section, int(year[1:]), s, n, total)
                for s, n in zip(["realisee", "en_cours", "reportee", "supprimee"], numbers, strict=True)
            ]  # fmt: skip
    names = ["count_id", "section_id", "year", "status", "count", "total"]
    frame = pd.DataFrame(rows, columns=names)
    return made("status_counts", **{c: frame[c] for c in names}, line=1, printed="x",
                source_id="bilan-" + frame["year"].astype(str))  # fmt: skip


def test_rates_in_points_and_in_per_cent_at_printed_and_constant_scope():
    told = statuses(
        y2025="SA-01:R SA-02:P SA-03:P SA-04:P SA-05:D HL-01:C HL-02:P",
        y2026="SA-01:R SA-02:C SA-03:P SA-04:P HL-01:C HL-02:P",
    )
    printed = counts(
        y2025={"sante": "1 0 3 1 5", "habitat": "0 1 1 0 2"},
        y2026={"sante": "1 1 2 0 4", "habitat": "0 1 1 0 2"},
    )
    frame = rates.rates(printed, SECTIONS, flow(told), 2025, 2026).set_index("section_id")
    sante = frame.loc["sante"]
    assert (sante["rate_before"], sante["rate_after"]) == (0.2, 0.5)  # 1/5, 2/4
    assert sante["points"] == pytest.approx(30)  # 50 - 20
    assert sante["relative"] == pytest.approx(1.5)  # 30/20
    assert sante[["scope_changed", "gone", "appeared"]].tolist() == [True, 1, 0]
    # Without SA-05, which is in one year only: 1/4 then 2/4.
    assert sante[["same_n_before", "same_n_after", "same_total"]].tolist() == [1, 2, 4]
    assert sante["same_points"] == pytest.approx(25)
    assert frame.loc["habitat", ["points", "scope_changed"]].tolist() == [0, False]
    whole = frame.loc["ensemble"]
    assert whole[["n_before", "total_before", "n_after", "total_after"]].tolist() == [2, 7, 3, 6]
    assert whole["same_points"] == pytest.approx(100 * (3 - 2) / 6)
    assert frame.loc["sante", "address"].split()[0] == "status_counts:sante.y2025.realisee"


def test_the_change_at_constant_scope_is_unknown_with_an_illegible_status():
    told = statuses(y2025="SA-01:R SA-02:?", y2026="SA-01:R SA-02:C SA-03:P")
    printed = counts(y2025={"sante": "1 1 0 0 2"}, y2026={"sante": "1 1 1 0 3"})
    row = rates.rates(printed, SECTIONS, flow(told), 2025, 2026).iloc[0]
    assert row[["same_total", "illegible", "appeared"]].tolist() == [2, 1, 1]
    assert pd.isna(row["same_points"])
    assert pd.isna(row["same_n_before"])
    assert row["points"] == pytest.approx(100 * (2 / 3 - 1))


def test_the_same_actions_change_as_printed_whatever_can_be_read_of_each():
    told = statuses(y2025="SA-01:R SA-02:?", y2026="SA-01:? SA-02:C")
    printed = counts(y2025={"sante": "1 0 1 0 2"}, y2026={"sante": "1 1 0 0 2"})
    row = rates.rates(printed, SECTIONS, flow(told), 2025, 2026).iloc[0]
    assert row[["same_n_before", "same_n_after", "illegible"]].tolist() == [1, 2, 2]
    assert row["same_points"] == row["points"] == 50
    # A list longer than the printed total is no such case: which actions were counted is unknown.
    longer = counts(y2025={"sante": "1 0 0 0 1"}, y2026={"sante": "1 0 0 0 1"})
    assert pd.isna(rates.rates(longer, SECTIONS, flow(told), 2025, 2026).iloc[0]["same_points"])


def test_a_merged_action_and_another_section_change_the_scope_with_the_same_total():
    told = statuses(y2025="SA-01:C SA-02:C SA-03:R", y2026="SA-04:C SA-05:C HL-01:R")
    rows = ["SA-01 merged SA-04 2026", "SA-02 merged SA-04 2026", "SA-03 continued HL-01 2026"]
    printed = counts(
        y2025={"sante": "1 2 0 0 3"}, y2026={"sante": "0 2 0 0 2", "habitat": "1 0 0 0 1"}
    )
    frame = rates.rates(printed, SECTIONS, flow(told, *rows), 2025, 2026).set_index("section_id")
    # Santé loses its three actions and has two others; Habitat gains one it was not printed with.
    assert frame.loc["sante", ["gone", "appeared", "same_total"]].tolist() == [3, 2, 0]
    assert pd.isna(frame.loc["habitat", "rate_before"])
    assert pd.isna(frame.loc["habitat", "points"])
    # Over all, the action that moved is the same one: 1 of 1.
    whole = frame.loc["ensemble"]
    assert whole[["same_total", "same_n_before", "same_n_after"]].tolist() == [1, 1, 1]


def test_a_rate_that_starts_from_nothing_has_points_and_no_per_cent():
    told = statuses(y2025="SA-01:P", y2026="SA-01:R")
    printed = counts(y2025={"sante": "0 0 1 0 1"}, y2026={"sante": "1 0 0 0 1"})
    row = rates.rates(printed, SECTIONS, flow(told), 2025, 2026).iloc[0]
    assert row["points"] == 100
    assert pd.isna(row["relative"])
    with pytest.raises(RefusedError, match="Statut finie inconnu ; au choix"):
        rates.rates(printed, SECTIONS, flow(told), 2025, 2026, ["finie"])
    with pytest.raises(NoDataError, match="2027 ; années connues : 2025, 2026"):
        rates.rates(printed, SECTIONS, flow(told), 2025, 2027)


def test_the_next_denominator_is_a_range_when_asterisks_cannot_be_read():
    told = statuses(y2025="SA-01:R SA-02:P SA-03:P HL-01:C")
    acts = actions(told, **{"SA-01": "yes", "SA-02": "unknown", "HL-02": "unknown"})
    printed = counts(y2025={"sante": "1 0 2 0 3", "habitat": "0 1 0 0 1"})
    frame = rates.next_totals(printed, SECTIONS, told, acts, fates(), 2025).set_index("section_id")
    # Santé: 3 - 1 leave for sure; 2 - 1 if the unread one does too. HL-02 is not listed in 2025.
    assert frame.loc["sante", ["leaving", "unknown", "low", "high"]].tolist() == [1, 1, 1, 2]
    assert frame.loc["habitat", ["low", "high"]].tolist() == [1, 1]
    assert frame.loc["ensemble", ["total", "low", "high"]].tolist() == [4, 2, 3]


def test_an_asterisk_is_that_of_the_report_that_prints_it():
    told = statuses(y2025="SA-01:P SA-02:P SA-03:P", y2026="SA-01:P SA-02:P SA-03:P SA-04:C",
                    y2027="SA-03:R SA-04:C")  # fmt: skip
    acts = actions(told, **{"SA-01": "yes", "SA-02": "unknown", "SA-04": "unknown"})
    printed = counts(y2025={"sante": "0 0 3 0 3"}, y2026={"sante": "0 1 3 0 4"})
    said_of = ["leaving", "unknown", "low", "high"]
    ends = fates("SA-03 left_plan - 2026", "SA-02 left_plan - 2027")
    frame = rates.next_totals(printed, SECTIONS, told, acts, ends, 2026).set_index("section_id")
    # Of 4 in 2026: SA-03 is declared to leave, SA-04 is first marked there; what 2025 marked on
    # SA-01 and SA-02, listed again since, says nothing of 2027. 4 - 1 = 3, and 3 - 1 = 2.
    assert frame.loc["sante", said_of].tolist() == [1, 1, 2, 3]
    frame = rates.next_totals(printed, SECTIONS, told, acts, ends, 2025).set_index("section_id")
    assert frame.loc["sante", said_of].tolist() == [1, 1, 1, 2]  # 3 - 1, then - 1
    # Neither does it explain in 2027 that SA-01 is gone.
    found = flow(told, before=2026, after=2027, SA_01="yes").set_index("before_id")
    assert found.loc["SA-01", ["flow", "basis"]].tolist() == ["vanished", "none"]
    assert found["asterisk"].isna().all()


# --- flagships -------------------------------------------------------------------------


def flagships(*rows):
    """Return flagships and their mentions from ``"2025 1 Titre|volet|territory|action|link"``."""
    listed, named = [], []
    for row in rows:
        head, volet, territory, action, link = row.split("|")
        year, rank, title = head.split(" ", 2)
        key = f"phare-{year}-{int(rank):02}"
        listed.append((key, int(year), int(rank), title, volet, territory or None))
        named += [(f"{a}.{key}", a, int(year), key, link) for a in action.split()]
    names = ["flagship_id", "year", "rank", "title", "volet", "territory_id"]
    frame = pd.DataFrame(listed, columns=names)
    links = pd.DataFrame(named, columns=["mention_id", "action_id", "year", "flagship_id", "link"])
    return (
        made("flagships", **{c: frame[c] for c in names}, line=1, printed="x", source_id="b"),
        made("mentions", **{c: links[c] for c in links}, list="flagship", title_printed="x"),
    )


def test_flagships_go_on_by_their_action_their_lineage_or_the_same_title():
    tables = flagships(
        "2025 1 Un pack jeunes|sectoriel||HL-04|stated",
        "2025 2 Un guichet|sectoriel||SA-01|stated",
        "2025 3 Aller vers|territorial|nord||",
        "2025 4 Aller vers les gares|departemental|||",
        "2026 1 Poursuivre le pack|departemental||HL-04|inferred",
        "2026 2 Le guichet en ligne|sectoriel||SA-02|stated",
        "2026 3 ALLER  VERS|territorial|sud||",
        "2026 4 Aller vers les plages|departemental|||",
    )
    found = successions.successions(*tables, fates("SA-01 continued SA-02 2026"), 2025, 2026)
    pairs = found[["before_rank", "after_rank", "basis", "link"]].astype(object)
    assert pairs.where(pairs.notna(), None).to_numpy().tolist() == [
        [1, 1, "action", "inferred"],
        [2, 2, "action", "stated"],
        [3, 3, "title", "stated"],
        [4, None, "none", ""],  # a likeness of titles is no link
        [None, 4, "none", ""],
    ]
    table = successions.by_volet(found)
    rows = {tuple(r[:4]): r[4] for r in table.iloc[:, :5].astype(object).fillna("").to_numpy()}
    assert sum(rows.values()) == 4 + 4
    assert rows["territorial", "nord", "before", "continued"] == 1
    assert rows["sectoriel", "", "before", "continued"] == 2
    assert rows["departemental", "", "after", "only_after"] == 1


def test_flagships_refuse_a_year_without_any_and_one_listed_twice():
    tables = flagships("2025 1 Un|sectoriel|||", "2026 1 Un|sectoriel|||")
    with pytest.raises(NoDataError, match="phare pour 2027 ; années connues : 2025, 2026"):
        successions.successions(*tables, fates(), 2026, 2027)
    with pytest.raises(RefusedError, match="listée plusieurs fois"):
        successions.successions(pd.concat([tables[0]] * 2), tables[1], fates(), 2025, 2026)


def test_the_flagships_that_the_documents_print():
    tables = [load(n) for n in ("flagships", "mentions")]
    found = successions.successions(*tables, fates(), 2025, 2026)
    going = found[found["succession"] == "continued"]
    # The pack jeunes, the single desk for health and the children online, by their actions.
    assert going["action_ids"].tolist() == ["HL-04", "SA-09", "IN-08"]
    assert set(going["link"]) == {"inferred"}
    # None stays in its volet: 2026 prints all of 1 to 15 under the first one (C043).
    assert (going["before_volet"] != going["after_volet"]).all()


# --- what cannot be declared -----------------------------------------------------------

TOLD = statuses(
    y2025="SA-01:C SA-02:C SA-03:C", y2026="SA-04:C SA-05:C SA-03:C", y2027="SA-03:C SA-06:C"
)


@pytest.mark.parametrize(
    ("rows", "column", "expected"),
    [
        (["SA-01 left_plan SA-04 2026"], "successor_id", "vide, puisque l’action sort du plan"),
        (["SA-01 continued - 2026"], "successor_id", "l’action qui suit, puisque kind vaut continued"),
        (["SA-03 split SA-03 2026"], "successor_id", "celle qui garde sa clé n’a pas de ligne"),
        (["SA-04 continued SA-06 2025"], "year", "2026 au plus tôt, premier bilan"),
        (["SA-03 left_plan - 2026"], "year", "2027 au plus tôt, car l’action y est encore listée"),
        (["SA-01 replaced SA-02 2026"], "successor_id", "une action listée en 2026 ou après"),
        (["SA-01 continued SA-03 2026"], "successor_id", "celle-ci est listée dès 2025 (merged"),
        (["SA-01 continued SA-04 2026", "SA-01 left_plan - 2026"], "kind", "un seul sort pour SA-01"),
        (["SA-01 replaced SA-04 2026", "SA-01 replaced SA-05 2026"], "successor_id", "split, si elle"),
        (["SA-01 split SA-04 2026"], "kind", "plusieurs suites à SA-01, qui n’est plus listée"),
        (["SA-01 split SA-04 2026", "SA-01 split SA-04 2026"], "successor_id", "suites différentes"),
        (["SA-01 continued SA-04 2026", "SA-02 continued SA-04 2026"], "kind", "merged, puisque"),
        (["SA-01 merged SA-04 2026"], "kind", "une autre action fusionnée dans SA-04"),
        (["SA-01 merged SA-04 2026", "SA-02 replaced SA-04 2026"], "kind", "une seule origine à SA-04"),
    ],
)  # fmt: skip
def test_a_fate_that_cannot_be_is_a_fault(rows, column, expected):
    found = checked.faults(fates(*rows), TOLD)
    assert [f for f in found if f[2] == column and expected in f[4]], found


@pytest.mark.parametrize(
    "rows",
    [
        [],
        ["SA-01 continued SA-04 2026", "SA-02 left_plan - 2026"],
        ["SA-01 merged SA-04 2026", "SA-02 merged SA-04 2026"],
        ["SA-01 merged SA-03 2026"],
        ["SA-03 split SA-06 2027"],
        ["SA-01 split SA-04 2026", "SA-01 split SA-05 2026"],
        ["SA-01 replaced SA-04 2026"],
    ],
)
def test_what_may_happen_is_no_fault(rows):
    assert checked.faults(fates(*rows), TOLD) == []


def test_a_loop_of_any_length_is_a_fault():
    unlisted = TOLD.iloc[:0]
    rows = [
        "SA-01 continued SA-02 2026",
        "SA-02 continued SA-07 2026",
        "SA-07 continued SA-01 2026",
    ]
    found = checked.faults(fates(*rows, "SA-08 continued SA-09 2026"), unlisted)
    assert [f[1] for f in found] == ["SA-01.2026.SA-02", "SA-02.2026.SA-07", "SA-07.2026.SA-01"]
    assert all("une suite qui ne ramène pas à" in f[4] for f in found)


# --- through the raw files -------------------------------------------------------------

HEAD = "lineage_id,action_id,successor_id,kind,year,note,line,line_end,printed\n"


def test_an_empty_file_of_fates_is_read_and_a_false_one_is_refused_at_its_place(raw_copy):
    path = raw_copy / "bilan-2025/action_lineage.csv"
    path.write_text(HEAD, encoding="utf-8")
    assert assemble(raw_copy.root)["action_lineage"].empty
    path.write_text(
        HEAD + "SA-01.2025,SA-01,,continued,2025,,1,,x\nSA-02.2025,SA-02,SA-99,merged,2025,,1,,x\n",
        encoding="utf-8",
    )
    (said,) = raw_copy.refusals(whole=True)
    assert "action_lineage.csv, ligne 3, colonne «\u00a0successor_id\u00a0»" in said
    assert "une clé de la table actions" in said
    path.write_text(HEAD + "SA-01.2025,SA-01,,continued,2025,,1,,x\n", encoding="utf-8")
    (said,) = raw_copy.refusals(whole=True)
    assert "action_lineage.csv, ligne 2, colonne «\u00a0successor_id\u00a0»" in said
    assert "attendu : l’action qui suit" in said


def test_the_declared_table_is_built_empty(project):
    package = json.loads((project / "data/processed/datapackage.json").read_text(encoding="utf-8"))
    assert "action_lineage" in [r["name"] for r in package["resources"]]
    assert load("action_lineage").empty


def second_report(raw_copy):
    """Write a made report on 2026: SA-01 is gone, AU-01 and AU-02 are one, all the rest goes on."""
    old, new = raw_copy / "bilan-2025", raw_copy / "bilan-2026"
    new.mkdir()
    source = (old / "source.yaml").read_text(encoding="utf-8").replace("2025", "2026")
    (new / "source.yaml").write_text(source, encoding="utf-8")

    def read(name):
        return pd.read_csv(old / f"{name}.csv", dtype=str, keep_default_na=False)

    mentions = read("mentions")
    lists = mentions["list"].isin(["table", "focus", "alliance", "sheet"])
    listed = mentions[lists & (mentions["action_id"] != "")].drop_duplicates("action_id")
    kept = listed[~listed["action_id"].isin(["SA-01", "AU-01", "AU-02"])].assign(flagship_id="")
    merged = mentions[mentions["action_id"] == "AU-01"].head(1)
    merged = merged.assign(action_id="AU-99", mention_id="AU-99.table", printed="Un intitulé")
    kept = pd.concat([kept, merged]).assign(year="2026", status_printed="En cours", status_line="1")
    kept["mention_id"] += ".2026"
    action = read("actions").query("action_id == 'AU-01'")
    action = action.assign(action_id="AU-99", number="99", printed="Un intitulé", leaves_plan="")
    # As many as are listed, all under way; no number, so none is out of its order.
    kept["number_printed"] = ""
    sections = pd.concat([read("actions"), action]).set_index("action_id")["section_id"]
    section = kept["action_id"].map(sections)
    totals = kept.groupby(section)["action_id"].nunique()
    counts = read("status_counts").query("year == '2025' and total_printed != ''")
    counts = counts[counts["section_id"].isin(totals.index)]
    whole = counts["section_id"].map(totals).astype(str)
    counts = counts.assign(
        year="2026",
        count_id=counts["count_id"].str.replace("2025", "2026"),
        total_printed=whole,
        count_printed=whole.where(counts["status"] == "en_cours", "0"),
        printed="0 " + whole,
    )
    fates = read("actions").head(2)[["line", "line_end", "printed"]]
    fates = fates.assign(action_id=["AU-01", "AU-02"], successor_id="AU-99", kind="merged", year="2026",
                         lineage_id=["AU-01.2026", "AU-02.2026"], note="")  # fmt: skip
    for name, frame in (("mentions", kept), ("actions", action), ("status_counts", counts),
                        ("action_lineage", fates)):  # fmt: skip
        frame.to_csv(new / f"{name}.csv", index=False)


def test_a_second_report_goes_in_without_code(raw_copy):
    second_report(raw_copy)
    built = assemble(raw_copy.root)
    names = ("action_statuses", "actions", "action_lineage")
    found = flows.flows(*(built[n] for n in names), 2025, 2026)
    assert reconciles(found, built["action_statuses"], 2025, 2026)
    # 168 in 2025: one gone, two merged; 168 - 1 - 2 + 1 = 166 in 2026.
    assert found["flow"].value_counts().to_dict() == {"kept": 165, "merged": 2, "vanished": 1}
    assert found["after_id"].nunique() == 166
    assert set(found["status_after"].dropna()) == {"en_cours"}
    load = gallery.Load(built.__getitem__, dict)
    for name in ("flux-de-statuts", "evolution-des-statuts"):
        figure = gallery.SET[name](load, Registers(built["sources"], built["contradictions"]), 2026)
        assert figure.check() == []
        assert figure.name.endswith("-2025-2026")


def test_what_was_done_or_deleted_and_is_told_otherwise_is_to_be_read_again():
    told = statuses(
        y2025="SA-01:R SA-02:D SA-03:C SA-04:R SA-05:D SA-06:R SA-07:R",
        y2026="SA-01:R SA-02:C SA-03:D SA-04:? SA-05:R SA-16:P",
    )
    # done and done, under way then deleted, done then unread, done then gone: nothing to say
    found = flows.backward(flow(told, "SA-06 continued SA-16 2026"))
    assert found.to_dict("records") == [
        {"before_id": "SA-02", "status_before": "supprimee", "status_after": "en_cours"},
        {"before_id": "SA-05", "status_before": "supprimee", "status_after": "realisee"},
        {"before_id": "SA-06", "status_before": "realisee", "status_after": "reportee"},
    ]
    assert flows.backward(flow(statuses(y2025="SA-01:C", y2026="SA-01:R"))).empty
