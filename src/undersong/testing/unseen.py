"""Fragments written by another hand, after the weights were fixed: no weight is fitted to them.

For benchmarks; what an ear would accept was written down before any of them was answered. Rules were
mended, and variants of the ground compared, while looking at how they are answered. The
notation is that of undersong.testing.scenes.
"""

from __future__ import annotations

from undersong.testing.scenes import Scene

UNSEEN: tuple[Scene, ...] = (
    Scene(
        "halting-gmin",
        "Halting, in G minor, with a raised seventh in passing.",
        "G4@0.4:0.8 A4@1.7:0.5 Bb4@2.4:1.3 A4@6.3:0.6 G4@7.2:0.5 F#4@8.1:0.9 G4@11.8:1.5 "
        "D4@15.9:0.7 G4@17.0:0.6 Bb4@18.1:0.7 A4@19.4:0.6 G4@20.3:2.0",
        ((0, "G D"),),
        50,
    ),
    Scene(
        "rubato-aflat",
        "A tune in A flat that stretches and hurries.",
        "Eb4@0.5:0.35 Ab4@1.0:1.2 Bb4@2.3:0.3 C5@2.65:0.9 Eb5@3.8:1.9 Db5@6.1:0.3 C5@6.45:0.35 "
        "Bb4@6.85:1.2 Ab4@8.5:0.5 F4@9.2:0.4 Ab4@9.7:1.3 Eb4@11.6:0.5 F4@12.2:0.3 G4@12.6:0.4 "
        "Ab4@13.2:2.5",
        ((0, "Ab Eb"),),
        60,
    ),
    Scene(
        "long-sil-e",
        "Single tones far apart, in E minor.",
        "E4@0.5:2.0 G4@9.1:1.6 F#4@11.5:1.2 E4@19.8:2.4 B4@31.0:1.5 A4@33.2:0.9 G4@34.6:0.7 E4@36.0:3.0",
        ((0, "E B"),),
        44,
    ),
    Scene(
        "one-note-b",
        "One note again and again.",
        "B4@0.6:1.0 B4@4.1:1.3 B4@6.6:0.9 B4@10.8:1.5 B4@13.1:0.8 B4@17.9:1.4 B4@20.2:1.1 B4@24.0:1.8",
        ((0, "B E G F#"),),
        40,
    ),
    Scene(
        "wrong-fix-d",
        "Two wrong notes in D major, each put right.",
        "D4@0.5:0.6 F#4@1.3:0.6 A4@2.1:0.7 A#4@3.1:0.4 A4@5.2:1.2 G4@7.0:0.5 F4@7.8:0.3 "
        "F#4@8.9:0.8 E4@10.2:0.6 D4@11.2:2.0",
        ((0, "D A"),),
        56,
    ),
    Scene(
        "newkey-c-ab",
        "C major; after a long pause A flat major.",
        "C4@0.5:0.7 E4@1.5:0.6 G4@2.4:1.1 F4@4.0:0.5 E4@4.8:0.6 D4@5.7:0.5 C4@6.6:1.7 "
        "Ab4@17.5:0.9 C5@18.7:0.6 Eb5@19.6:1.2 Db5@21.3:0.5 C5@22.1:0.5 Bb4@22.9:0.6 Ab4@23.9:2.2",
        (
            (0, "C G"),
            (17, "Ab Eb"),
        ),
        56,
    ),
    Scene(
        "newkey-step",
        "E major; after a pause F major.",
        "E4@0.5:0.8 G#4@1.5:0.7 B4@2.5:1.2 A4@4.3:0.6 G#4@5.2:0.6 F#4@6.1:0.7 E4@7.0:2.0 "
        "F4@16.0:0.9 A4@17.1:0.7 C5@18.0:1.1 Bb4@19.7:0.5 A4@20.5:0.6 G4@21.4:0.7 F4@22.3:2.2",
        (
            (0, "E B"),
            (16, "F C"),
        ),
        56,
    ),
    Scene(
        "two-note-third",
        "Two notes a third apart, to and fro.",
        "G4@0.5:0.45 E4@1.15:0.45 G4@1.83:0.45 E4@2.46:0.45 G4@3.14:0.45 E4@3.8:0.45 G4@4.43:0.45 "
        "E4@5.12:0.45 G4@5.77:0.45 E4@6.44:1.5 G4@9.5:0.5 E4@10.2:0.5 G4@10.9:0.5 E4@11.6:1.5",
        ((0, "C G E A"),),
        54,
    ),
    Scene(
        "two-note-second",
        "Two notes a step apart, to and fro.",
        "A4@0.5:0.5 B4@1.3:0.5 A4@2.05:0.5 B4@2.9:0.5 A4@3.6:0.5 B4@4.45:0.5 A4@5.2:1.6 "
        "A4@9.0:0.6 B4@9.8:0.6 A4@10.7:1.8",
        ((0, "A E D G"),),
        50,
    ),
    Scene(
        "modal-phrygian",
        "A hum in E phrygian.",
        "E4@0.5:1.4 F4@2.2:0.7 E4@3.2:1.3 G4@6.4:0.9 F4@7.6:0.6 E4@8.6:1.5 D4@12.3:0.8 "
        "E4@13.4:0.7 F4@14.4:0.6 E4@15.3:2.4",
        ((0, "E B A"),),
        42,
    ),
    Scene(
        "modal-mixolyd",
        "A hum in G mixolydian.",
        "G4@0.6:1.1 B4@2.0:0.7 C5@3.0:0.6 D5@3.9:1.5 F5@7.2:0.7 D5@8.3:0.6 C5@9.2:0.6 B4@10.1:0.7 "
        "G4@11.1:1.6 F4@14.6:0.7 G4@15.6:2.4",
        ((0, "G D"),),
        46,
    ),
    Scene(
        "low-voice-g",
        "A low voice in G minor.",
        "G2@0.5:1.2 Bb2@2.1:0.8 D3@3.3:1.5 C3@6.4:0.7 Bb2@7.6:0.8 A2@8.8:0.7 G2@10.0:2.0 "
        "D3@14.3:1.0 C3@15.8:0.6 Bb2@16.8:0.7 G2@18.0:2.4",
        ((0, "G D"),),
        50,
    ),
    Scene(
        "taps-uneven",
        "Taps, uneven, long and short by turns.",
        "x@0.5 x@1.35 x@1.95 x@2.9 x@3.45 x@4.3 x@5.0 x@5.85 x@6.4 x@7.3 x@7.95 x@8.8 x@9.4 "
        "x@10.25 x@10.9 x@11.8 x@12.4 x@13.2 x@13.9 x@14.7",
        (),
        60,
    ),
    Scene(
        "taps-longshort",
        "Taps, long-short.",
        "x@0.5 x@1.42 x@1.9 x@2.83 x@3.3 x@4.24 x@4.68 x@5.6 x@6.1 x@7.0 x@7.47 x@8.42 x@8.88 "
        "x@9.8 x@10.3 x@11.2 x@11.7 x@12.6 x@13.1 x@14.0",
        (),
        60,
    ),
    Scene(
        "taps-slow",
        "Slow taps.",
        "x@0.5 x@2.1 x@3.75 x@5.3 x@6.95 x@8.5 x@10.1 x@11.8 x@13.35 x@15.0 x@16.6 x@18.2",
        (),
        56,
    ),
    Scene(
        "taps-fast",
        "Fast taps.",
        "x@0.5 x@0.742 x@0.952 x@1.190 x@1.432 x@1.642 x@1.880 x@2.122 x@2.332 x@2.570 x@2.812 "
        "x@3.022 x@3.260 x@3.502 x@3.712 x@3.950 x@4.192 x@4.402 x@4.640 x@4.882 x@5.092 x@5.330 "
        "x@5.572 x@5.782 x@6.020 x@6.262 x@6.472 x@6.710 x@6.952 x@7.162 x@7.400 x@7.642 x@7.852 "
        "x@8.090 x@8.332 x@8.542 x@8.780 x@9.022 x@9.232 x@9.470 x@9.712 x@9.922 x@10.160 "
        "x@10.402 x@10.612 x@10.850 x@11.092 x@11.302 x@11.540 x@11.782 x@11.992 x@12.230 "
        "x@12.472 x@12.682 x@12.920 x@13.162",
        (),
        56,
    ),
    Scene(
        "waltz-scrap",
        "A scrap of a waltz.",
        "C4@0.5:0.6 E4@1.15:0.5 G4@1.8:0.6 A4@2.5:1.1 G4@3.75:0.5 E4@5.9:0.6 F4@6.6:0.5 "
        "D4@7.2:0.5 G4@9.4:0.5 F4@10.05:0.5 D4@10.7:0.5 C4@11.4:1.8",
        ((0, "C G"),),
        58,
    ),
    Scene(
        "minor-raised7",
        "A minor with its raised seventh.",
        "A4@0.5:0.8 B4@1.6:0.5 C5@2.4:1.1 B4@4.9:0.5 G#4@5.7:0.8 A4@6.9:1.6 E4@10.4:0.7 "
        "G#4@11.4:0.7 B4@12.4:0.8 D5@13.5:0.7 C5@14.6:0.6 A4@15.6:2.2",
        ((0, "A E"),),
        52,
    ),
    Scene(
        "penta-c",
        "Five notes without a half step.",
        "A3@0.5:0.7 C4@1.5:0.7 D4@2.5:0.7 E4@3.4:1.2 G4@6.1:0.8 E4@7.2:0.7 D4@8.2:0.6 C4@9.1:1.5 "
        "D4@12.4:0.6 E4@13.3:0.6 C4@14.3:0.6 A3@15.3:0.8 C4@16.5:2.2",
        ((0, "C G A E"),),
        54,
    ),
    Scene(
        "blues-third",
        "A third that bends, in E.",
        "E4@0.5:0.7 G4@1.5:0.5 E4@2.3:0.9 G#4@5.1:0.4 G4@5.6:0.6 E4@6.6:1.3 D4@10.0:0.5 "
        "E4@10.7:0.6 B4@11.8:0.9 Bb4@13.1:0.3 A4@13.6:0.6 G4@14.5:0.6 E4@15.5:2.0",
        ((0, "E B"),),
        62,
    ),
    Scene(
        "child-sol-mi",
        "A child's falling third.",
        "G4@0.5:0.5 E4@1.2:0.8 G4@2.4:0.5 E4@3.0:0.9 G4@4.6:0.4 A4@5.1:0.4 G4@5.7:0.5 E4@6.3:1.1 "
        "G4@9.9:0.5 E4@10.5:0.7 D4@11.6:0.5 C4@12.4:1.8",
        ((0, "C G"),),
        60,
    ),
    Scene(
        "chromatic",
        "Wandering by half steps around D.",
        "D4@0.5:0.7 Eb4@1.5:0.6 E4@2.5:0.8 F4@3.7:1.2 E4@6.4:0.6 Eb4@7.4:0.6 D4@8.4:1.4 "
        "C#4@11.6:0.7 D4@12.7:0.7 Eb4@13.7:0.6 D4@14.8:2.0",
        ((0, "D A"),),
        50,
    ),
    Scene(
        "two-hand",
        "Two hands, low and high.",
        "F3@0.5:1.6 C5@0.9:0.8 A4@2.3:1.0 F3@4.6:1.8 Bb4@5.0:0.7 A4@6.0:0.7 G4@7.0:1.2 C4@9.9:1.5 "
        "E4@9.9:1.5 G4@10.4:0.9 F3@12.9:2.0 A4@13.2:0.8 F4@14.3:2.0",
        ((0, "F C"),),
        54,
    ),
    Scene(
        "very-soft",
        "Barely audible.",
        "D5@0.5:1.0!18 C5@1.9:0.8!16 A4@3.2:1.5!20 G4@6.8:0.9!17 A4@8.0:0.8!22 D4@9.4:1.9!15 "
        "F4@13.6:0.8!18 E4@14.8:0.7!16 D4@16.0:2.0!20",
        ((0, "D A"),),
        18,
    ),
    Scene(
        "very-loud",
        "Very loud, in C minor.",
        "C4@0.5:0.5!118 G4@1.4:0.6!122 Eb4@2.5:0.9!112 F4@5.2:0.5!120 G4@6.1:0.7!125 "
        "Ab4@7.2:0.6!115 G4@8.2:1.2!118 F4@11.4:0.5!120 D4@12.3:0.6!116 C4@13.3:1.8!124",
        ((0, "C G"),),
        118,
    ),
    Scene(
        "crescendo",
        "From soft to loud, in B flat.",
        "Bb4@0.5:0.7!26 C5@1.6:0.6!32 D5@2.6:0.9!38 F5@4.6:0.8!46 D5@5.9:0.7!56 Eb5@7.0:0.6!66 "
        "D5@8.0:0.7!78 C5@9.1:0.7!90 F4@10.3:0.6!102 A4@11.3:0.6!112 Bb4@12.4:2.0!122",
        ((0, "Bb F"),),
        60,
    ),
    Scene(
        "diminuendo",
        "From loud to soft, in D.",
        "D4@0.5:0.7!110 F#4@1.6:0.6!100 A4@2.6:0.9!90 G4@4.6:0.8!78 F#4@5.9:0.7!66 E4@7.0:0.6!54 "
        "D4@8.3:0.9!44 A4@10.4:0.9!36 F#4@11.9:0.8!28 D4@13.4:2.0!22",
        ((0, "D A"),),
        60,
    ),
    Scene(
        "mid-low-51",
        "A voice between low and middle, in E minor.",
        "E3@0.5:1.0 G3@1.8:0.7 A3@2.8:0.8 B3@3.9:1.4 A3@6.9:0.7 G3@7.9:0.7 F#3@8.9:0.7 E3@9.9:2.0 "
        "B3@14.0:0.9 A3@15.2:0.6 F#3@16.1:0.7 E3@17.2:2.0",
        ((0, "E B"),),
        52,
    ),
)
