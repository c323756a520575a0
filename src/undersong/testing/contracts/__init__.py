"""Contracts: what each technique promises, judged on six seconds at a time.

``applies``: whether a window counts: the playing that the technique is for, and enough of it.
``takes_part``: whether the partner played what it promises at all (for giving space: whether the
maker is silent). ``holds``: whether the promise was kept. A window counts for the technique when it
applies; it is kept when the partner takes part and the contract holds. So a silent partner scores 0.
One file for each technique, which also holds the simulated maker it is tried on and its scene.
"""

from __future__ import annotations

from undersong.testing.contracts import (
    accompanying,
    dialoguing,
    ending,
    extending,
    frameworking,
    giving_space,
    holding,
    imitating,
    incorporating,
    matching,
    mirroring,
    reflecting,
    rhythmic_grounding,
    synchronising,
    tonal_grounding,
    transition,
)
from undersong.testing.contracts.contract import Case, Contract

CONTRACTS: tuple[Contract, ...] = (
    accompanying.CONTRACT,
    dialoguing.CONTRACT,
    ending.CONTRACT,
    extending.CONTRACT,
    frameworking.CONTRACT,
    giving_space.CONTRACT,
    holding.CONTRACT,
    imitating.CONTRACT,
    incorporating.CONTRACT,
    matching.CONTRACT,
    mirroring.CONTRACT,
    reflecting.CONTRACT,
    rhythmic_grounding.CONTRACT,
    synchronising.CONTRACT,
    tonal_grounding.CONTRACT,
    transition.CONTRACT,
)

__all__ = ["CONTRACTS", "Case", "Contract"]
