import { diceOf } from "../dice.ts";
import {
  formatSecrets,
  otherSecrets,
  type Planted,
  privateKeys,
  tunedKeyedPlaces,
  tunedPlaces,
  unseenKeyedPlaces,
  unseenPlaces,
} from "../redact/planted.ts";

/** A secret, and how it is written where a text may leave that has no secret in it. */
export interface PlantedSecret extends Planted {
  /** By itself or within a text; with a key before it, where nothing else tells that it is one. */
  readonly told: string;
  /** The same where ids are drawn by chance: with a key before it, if its looks alone tell. */
  readonly toldAsId: string;
}

const count = 200;

/** 200 secrets, all different: formats, keys, connection strings, passwords, tokens, private keys. The same for a seed, save the keys. */
export function twoHundred(seed: number): readonly PlantedSecret[] {
  const dice = diceOf(seed);
  const keys = privateKeys.map((secret) => ({ id: "private-key", secret, alone: true }));
  const others = Array.from({ length: count }, (_, nth) => otherSecrets[nth % otherSecrets.length]!(dice));
  // Some formats have a dozen prefixes; three of each are as good.
  const formats = formatSecrets(seed, true)
    // What is percent-encoded in itself shares that with other texts.
    .filter(({ secret }) => !secret.includes("%"))
    .filter(({ id }, at, all) => all.slice(0, at).filter((one) => one.id === id).length < 3);
  const all = [...keys, ...formats, ...others].slice(0, count);
  if (new Set(all.map(({ secret }) => secret)).size !== count) throw new Error(`seed ${seed}: two are alike`);
  const known = new Set([...keys, ...formats]);
  return all.map((planted, nth) => ({
    ...planted,
    // Of a JWT the signature is secret; the rest is text in base64 as others are.
    ...(planted.id === "jwt" && { prefix: planted.secret.slice(0, planted.secret.lastIndexOf(".") + 1) }),
    told: told(planted, nth),
    toldAsId: told({ ...planted, alone: known.has(planted) || planted.id === "jwt" }, nth),
  }));
}

function told({ secret, alone }: Planted, nth: number): string {
  if (alone && nth % 2 === 0) return secret;
  const places = alone ? [...tunedPlaces, ...unseenPlaces] : [...tunedKeyedPlaces, ...unseenKeyedPlaces];
  return places[nth % places.length]![1](secret);
}
