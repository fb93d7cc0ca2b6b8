"""Reasons of certification as sentences, in Chinese and English. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from shouwang.certification.standard import CASE, TEST, StandardOne
from shouwang.policybook.policy import Words

REASONS: Mapping[str, Words] = {
    "declared_passed": Words("已申报。", "Declared."),
    "first_review_passed": Words("初审通过。", "The first review was passed."),
    "first_review_failed": Words("初审未通过，退回整改。", "The first review was not passed; returned to be mended."),
    "comparison_passed": Words("大数据比对通过。", "The data comparison found nothing."),
    "comparison_failed": Words("大数据比对有命中，退回。", "The data comparison found something; returned."),
    "assessment_passed": Words("现场评估六项全部到位。", "All six items were in place at the assessment."),
    "assessment_failed": Words(
        "现场评估有项目不到位，退回整改。", "Items were not in place at the assessment; returned."
    ),
    "notice_passed": Words("开始公示。", "Public notice began."),
    "notice_failed": Words("不予公示，退回。", "Not published; returned."),
    "objection_upheld": Words("公示期间异议成立，退回整改。", "An objection was upheld; returned to be mended."),
    "withdrawn": Words("申报单位撤回。", "Withdrawn by the unit."),
    "round": Words("本批命名。", "Named in this round."),
    "case_in_procedure": Words(
        "创建期间出现确诊病例（{evidence}），本次申报终止。", "A case ({evidence}) ended the application."
    ),
    "held_suspected": Words(
        "有疑似病例（{evidence}），在原步骤等待解除。", "Held until a suspect ({evidence}) is excluded."
    ),
    "held_fever": Words("有发热未排除（{evidence}），在原步骤等待。", "Held until a fever ({evidence}) is excluded."),
    "held_contact": Words(
        "有密切接触者（{evidence}），在原步骤等待。", "Held until a contact ({evidence}) is released."
    ),
    "released_in_procedure": Words(
        "人员已全部解除（{evidence}），继续。", "All are released ({evidence}); it goes on."
    ),
    "policy_changed": Words("新政策施行，口径改变。", "Another policy came into force."),
    "case": Words("新增确诊病例（{evidence}），取消命名。", "Cancelled by a new case ({evidence})."),
    "suspected": Words("新增疑似病例（{evidence}），暂停。", "Suspended by a new suspect ({evidence})."),
    "fever": Words("新增发热未排除（{evidence}），暂停。", "Suspended by a new fever ({evidence})."),
    "contact": Words("新增密切接触者（{evidence}），暂停。", "Suspended by a new close contact ({evidence})."),
    "restored": Words(
        "全部排除或解除（{evidence}），恢复，暂停天数照算。",
        "Restored: all are excluded or released ({evidence}); the suspended days count.",
    ),
    "spot_check_failed": Words("抽查不合格，暂停。", "Suspended by a failed spot check."),
    "spot_check_passed": Words("复查合格，恢复。", "Restored after a passed spot check."),
    "removal_passed": Words("经决定取消命名。", "Removed by decision."),
    "dissolved": Words("该单元已不存在（合并或拆分）。", "The unit no longer exists (merged or split)."),
    "corrected": Words("依据有更正，已重新推定。", "Evidence was corrected; this is what follows from it now."),
    "notice_running": Words("公示期未满。", "The days of public notice are not over."),
    "objection_open": Words("有异议尚未处理。", "An objection is not decided yet."),
    "standard_one": Words("不符合标准一。", "Standard one is not met."),
    "units_below": Words("下级单元尚未全部命名。", "Not all units below are named."),
    "held": Words("有人员未解除，暂停办理。", "People are not released yet, so the application is held."),
    "step_out_of_order": Words("目前的状态不能走这一步。", "This step does not follow from where the unit stands."),
    "outside_the_ladder": Words("该单元不参加创建。", "The unit stands outside the ladder."),
    "no_such_unit": Words("没有这个单元。", "There is no such unit."),
}
"""Reason code → sentence; {evidence} is the events behind it."""

COUNTED: Mapping[str, Words] = {
    "suspected": Words("{n} 名疑似病例未排除", "{n} suspected not excluded"),
    "fever": Words("{n} 名发热未排除", "{n} fever{s} not excluded"),
    "contact": Words("{n} 名密切接触者未解除", "{n} contact{s} unreleased"),
}


def reason(code: str, evidence: tuple[str, ...] = (), language: str = "zh") -> str:
    """A reason as a sentence."""
    named = ("、" if language.startswith("zh") else ", ").join(evidence)
    return REASONS[code].text(language, evidence=named)


def explain(one: StandardOne, language: str = "zh", applying: bool = True) -> str:
    """Whether a unit may be declared on a day and what stands against it: "cannot be declared before 15 April 2020:
    confirmed case event E on 31 March 2020; 2 contacts unreleased".

    Of a unit that has applied already (not `applying`) it says only whether standard one is met.
    """
    zh = language.startswith("zh")
    day = said(one.day, zh)
    if one.met and not applying:
        return f"{day}符合标准一。" if zh else f"Standard one is met on {day}."
    if one.met:
        return f"{day}符合标准一，可以申报。" if zh else f"May be declared on {day}: standard one is met."
    parts = [
        f"{said(hit.day, zh)}有确诊病例（{hit.ref}）"
        if zh
        else f"confirmed case event {hit.ref} on {said(hit.day, zh)}"
        for hit in one.hits
        if hit.code == CASE
    ]
    counts = Counter(hit.code for hit in one.hits)
    parts += [
        words.text(language, n=counts[code], s="" if counts[code] == 1 else "s")
        for code, words in COUNTED.items()
        if counts[code]
    ]
    parts += [
        f"缺{said(hit.day, zh)}或之后的全体阴性检测"
        if zh
        else f"no negative test of everybody on or after {said(hit.day, zh)}"
        for hit in one.hits
        if hit.code == TEST
    ]
    if not applying:
        return (
            f"{day}不符合标准一：{'；'.join(parts)}。"
            if zh
            else f"Standard one is not met on {day}: {'; '.join(parts)}."
        )
    if zh:
        begin = f"{said(one.earliest, zh)}之前不能申报" if one.earliest else f"{day}不能申报"
        return f"{begin}：{'；'.join(parts)}。"
    begin = f"Cannot be declared before {said(one.earliest, zh)}" if one.earliest else f"Cannot be declared on {day}"
    return f"{begin}: {'; '.join(parts)}."


def said(day: date | None, zh: bool) -> str:
    """A day in words."""
    if day is None:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if zh else f"{day.day} {day:%B} {day.year}"
