/** What does not move: the sky with its low light, the water, and the grain of paper over both. */
import type { Geometry } from "./layout";
import { ink, mix, type Palette } from "./palette";

type Brush = CanvasRenderingContext2D;

/** The moving waterline stays within this many pixels of its rest. */
export const SWELL = 10;

export function paintGround(brush: Brush, g: Geometry, colours: Palette): void {
  const { width, height, water } = g;
  const sky = brush.createLinearGradient(0, 0, 0, water);
  sky.addColorStop(0, ink(colours.skyHigh));
  sky.addColorStop(1, ink(colours.skyLow));
  brush.fillStyle = sky;
  brush.fillRect(0, 0, width, water + SWELL);
  lowLight(brush, g, colours);
  const deep = brush.createLinearGradient(0, water, 0, height);
  deep.addColorStop(0, ink(colours.water));
  deep.addColorStop(1, ink(colours.deep));
  brush.fillStyle = deep;
  brush.fillRect(0, water + SWELL, width, height);
  lightOnWater(brush, g, colours);
  paper(brush, g, colours);
}

/** The last or first light, low over the water, where the present is. */
function lowLight(brush: Brush, g: Geometry, colours: Palette): void {
  brush.save();
  brush.beginPath();
  brush.rect(0, 0, g.width, g.water + SWELL);
  brush.clip();
  // A circle, flattened: light lies along the horizon.
  brush.translate(g.now, g.water + 8);
  brush.scale(1, 0.42);
  const reach = Math.max(g.width * 0.56, 420);
  const light = brush.createRadialGradient(0, 0, 0, 0, 0, reach);
  light.addColorStop(0, ink(colours.glow, 0.3));
  light.addColorStop(0.3, ink(colours.glow, 0.11));
  light.addColorStop(0.62, ink(colours.glow, 0.03));
  light.addColorStop(1, ink(colours.glow, 0));
  brush.fillStyle = light;
  brush.fillRect(-reach, -reach, 2 * reach, 2 * reach);
  brush.restore();
}

/** Its reflection: short level strokes, wider and fainter with depth. */
function lightOnWater(brush: Brush, g: Geometry, colours: Palette): void {
  const chance = dice(7);
  brush.lineCap = "round";
  const depth = Math.min(g.height - g.water, 260);
  for (let i = 0; i < 46; i += 1) {
    const u = chance() ** 1.6;
    const y = g.water + SWELL + 6 + u * depth;
    const spread = (0.05 + 0.3 * u) * g.width;
    const x = g.now + (chance() + chance() + chance() - 1.5) * spread;
    const length = 10 + chance() * 60 * (0.4 + u);
    brush.strokeStyle = ink(colours.glow, 0.15 * (1 - u) + 0.015);
    brush.lineWidth = 1 + chance();
    brush.beginPath();
    brush.moveTo(x - length / 2, y);
    brush.lineTo(x + length / 2, y);
    brush.stroke();
  }
}

/** A barely visible grain, so that wide gradients do not band and the ground feels like paper. */
function paper(brush: Brush, g: Geometry, colours: Palette): void {
  const side = 160;
  const tile = document.createElement("canvas");
  tile.width = side;
  tile.height = side;
  const small = tile.getContext("2d");
  if (!small) return;
  const image = small.createImageData(side, side);
  const chance = dice(3);
  const [red, green, blue] = mix(colours.ink, colours.glow, 0.3);
  for (let i = 0; i < image.data.length; i += 4) {
    image.data[i] = red;
    image.data[i + 1] = green;
    image.data[i + 2] = blue;
    image.data[i + 3] = Math.floor(chance() ** 3 * 9);
  }
  small.putImageData(image, 0, 0);
  const grain = brush.createPattern(tile, "repeat");
  if (!grain) return;
  brush.fillStyle = grain;
  brush.fillRect(0, 0, g.width, g.height);
}

/** The ground looks the same every time it is painted. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
