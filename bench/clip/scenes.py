# SPDX-License-Identifier: Apache-2.0
"""The two pictures a simulated room has, as ffmpeg filter graphs over the drawings in pictures/.

Every movement has a period that divides 16 s, so that the last frame leads into the first.
"""

from dataclasses import dataclass
from pathlib import Path

from counter import BLOCKS, block_size

PICTURES = Path(__file__).resolve().parent / "pictures"
PERIOD_S = 16


@dataclass(frozen=True)
class Layer:
    """One drawing laid over the room; x, y are ffmpeg expressions in pixels of 1920x1080."""

    picture: str
    x: str = "0"
    y: str = "0"
    turns: bool = False
    enable: str = "1"


@dataclass(frozen=True)
class Scene:
    room: str
    label: str
    layers: tuple[Layer, ...]


SPEAKS = "lt(mod(floor(t*25/4)*7,10),4)*lt(mod(t,4),3)"

SCENES = {
    "panorama": Scene(
        "panorama-room",
        "PANORAMA",
        (
            Layer("hand", "872", "82", turns=True),
            Layer("panorama-officers", "300+4*sin(2*PI*t/8)", "460+5*sin(2*PI*t/4)"),
            Layer("panorama-person", "1170+14*sin(2*PI*t/8)", "440+6*sin(2*PI*t/2)"),
            Layer("panorama-front"),
        ),
    ),
    "close-up": Scene(
        "close-up-room",
        "CLOSE-UP",
        (
            Layer("close-up-person", "460+36*sin(2*PI*t/8)", "150+12*sin(2*PI*t/4)"),
            Layer("mouth", "900+36*sin(2*PI*t/8)", "560+12*sin(2*PI*t/4)", enable=SPEAKS),
        ),
    ),
}


def inputs(scene: Scene) -> list[str]:
    names = [scene.room, *(layer.picture for layer in scene.layers)]
    return [argument for name in names for argument in ("-i", str(PICTURES / f"{name}.svg"))]


def filter_graph(scene: Scene, width: int, height: int, noise: int) -> str:
    """A graph from the drawings and, as last input, the counter's strip to [picture]."""
    zoom = width / 1920
    fit = f"scale=w='max(2,iw*{zoom})':h='max(2,ih*{zoom})':out_color_matrix=bt709:out_range=tv"
    still = "loop=loop=-1:size=1,settb=1/25,setpts=N"
    lines = [f"[0:v]{fit},format=yuv420p,{still}[p0]"]
    for index, layer in enumerate(scene.layers, start=1):
        motion = (
            f",format=rgba,{still},rotate=a=2*PI*t/{PERIOD_S}:c=none:ow=iw:oh=ih"
            if layer.turns
            else ""
        )
        lines.append(f"[{index}:v]{fit}{motion},format=yuva420p[l{index}]")
        lines.append(
            f"[p{index - 1}][l{index}]overlay=x='({layer.x})*{zoom}':y='({layer.y})*{zoom}'"
            f":enable='{layer.enable}'[p{index}]"
        )
    block_width, block_height = block_size(width, height)
    last = len(scene.layers)
    lines.append(
        f"[{last + 1}:v]scale={BLOCKS * block_width}:{block_height}:flags=neighbor,"
        "format=yuv420p[strip]"
    )
    lines.append(f"[p{last}]noise=alls={noise}:allf=t,{_texts(scene, zoom)}[worded]")
    lines.append("[worded][strip]overlay=0:0,format=yuv420p[picture]")
    return ";\n".join(lines)


def _texts(scene: Scene, zoom: float) -> str:
    def text(content: str, x: str, y: str, size: int) -> str:
        return (
            f"drawtext=font='DejaVu Sans Mono':text='{content}':x={x}:y={y}"
            f":fontsize={round(size * zoom)}:fontcolor=white:box=1:boxcolor=black@0.7"
            f":boxborderw={max(2, round(10 * zoom))}"
        )

    left, right = round(36 * zoom), f"w-tw-{round(36 * zoom)}"
    return ",".join(
        (
            text(f"SIMULATED CAMERA  {scene.label}", str(left), str(round(48 * zoom)), 40),
            text(
                r"frame %{eif\:n\:d\:3} of 400  %{pts\:hms}", str(left), str(round(118 * zoom)), 40
            ),
            text("drawing - no real persons", right, f"h-th-{round(32 * zoom)}", 28),
        )
    )
