// Checks a receipt code (CKS1:…) in the browser and asks nobody: base45, deterministic CBOR, COSE_Sign1, Ed25519.
"use strict";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const CODE_CHARACTERS_MAX = 800;
const KINDS = { 1: "sale", 2: "refund", 3: "void", 4: "declined" };
const LABEL = { issuer: 1, subject: 2, audience: 3, issued: 6, holder: 8, amount: -65543, name: -65545, number: -65546,
  kind: -65549 };

class Unreadable extends Error {}

function fromBase45(text) {
  const bytes = [];
  if (text.length % 3 === 1) throw new Unreadable("length");
  for (let at = 0; at < text.length; at += 3) {
    const digits = [...text.slice(at, at + 3)].map((letter) => ALPHABET.indexOf(letter));
    if (digits.includes(-1)) throw new Unreadable("letter");
    const value = digits.reduce((sum, digit, place) => sum + digit * 45 ** place, 0);
    if (digits.length === 3) {
      if (value > 65535) throw new Unreadable("group");
      bytes.push(value >> 8, value & 255);
    } else {
      if (value > 255) throw new Unreadable("group");
      bytes.push(value);
    }
  }
  return new Uint8Array(bytes);
}

function fromHex(text) {
  return new Uint8Array(text.match(/../g).map((pair) => parseInt(pair, 16)));
}

// Reads one item; lengths are definite, heads as short as they can be, keys in ascending order of their encoding.
function readItem(data, at, depth) {
  if (depth > 6 || at >= data.length) throw new Unreadable("CBOR");
  const major = data[at] >> 5;
  let argument = data[at] & 31;
  at += 1;
  if (argument >= 24) {
    if (argument > 27 || major === 7) throw new Unreadable("CBOR head");
    const width = 1 << (argument - 24);
    if (at + width > data.length) throw new Unreadable("CBOR end");
    argument = data.slice(at, at + width).reduce((sum, byte) => sum * 256 + byte, 0);
    if (argument < (width === 1 ? 24 : 2 ** (4 * width)) || argument > Number.MAX_SAFE_INTEGER) {
      throw new Unreadable("CBOR head");
    }
    at += width;
  }
  switch (major) {
    case 0: return [argument, at];
    case 1: return [-1 - argument, at];
    case 2: case 3: {
      const part = data.slice(at, at + argument);
      if (part.length !== argument) throw new Unreadable("CBOR string");
      return [major === 2 ? part : new TextDecoder("utf-8", { fatal: true }).decode(part), at + argument];
    }
    case 4: {
      const items = [];
      for (let n = 0; n < argument; n += 1) {
        const [item, next] = readItem(data, at, depth + 1);
        items.push(item);
        at = next;
      }
      return [items, at];
    }
    case 5: return readMap(data, at, argument, depth);
    case 6: {
      const [item, next] = readItem(data, at, depth + 1);
      return [{ tag: argument, item }, next];
    }
    default: throw new Unreadable("CBOR simple value");
  }
}

function readMap(data, at, length, depth) {
  const map = new Map();
  let previous = null;
  for (let n = 0; n < length; n += 1) {
    const [key, next] = readItem(data, at, 6);
    const encoded = data.slice(at, next);
    if (previous !== null && compare(previous, encoded) >= 0) throw new Unreadable("CBOR key order");
    previous = encoded;
    const [value, end] = readItem(data, next, depth + 1);
    map.set(key, value);
    at = end;
  }
  return [map, at];
}

function compare(first, second) {
  for (let at = 0; at < Math.min(first.length, second.length); at += 1) {
    if (first[at] !== second[at]) return first[at] - second[at];
  }
  return first.length - second.length;
}

function decode(data) {
  const [item, end] = readItem(data, 0, 0);
  if (end !== data.length) throw new Unreadable("CBOR rest");
  return item;
}

function head(major, argument) {
  if (argument < 24) return [(major << 5) | argument];
  return argument < 256 ? [(major << 5) | 24, argument] : [(major << 5) | 25, argument >> 8, argument & 255];
}

function bytesItem(bytes) { return [...head(2, bytes.length), ...bytes]; }

function textItem(text) {
  const bytes = new TextEncoder().encode(text);
  return [...head(3, bytes.length), ...bytes];
}

// A COSE_Sign1 as the protocol wants it: tag 18, exactly two protected fields, nothing unprotected.
function openEnvelope(data) {
  const outer = decode(data);
  if (outer.tag !== 18 || !Array.isArray(outer.item) || outer.item.length !== 4) throw new Unreadable("COSE");
  const [protectedPart, unprotectedPart, payload, signature] = outer.item;
  const header = decode(protectedPart);
  const isPlain = header instanceof Map && header.size === 2 && header.get(1) === -8 && unprotectedPart.size === 0;
  if (!isPlain || !(header.get(4) instanceof Uint8Array) || signature.length !== 64) throw new Unreadable("COSE");
  return { protectedPart, payload, signature, kid: toHex(header.get(4)), claims: decode(payload) };
}

function toHex(bytes) { return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""); }

async function isSigned(envelope, key, purpose) {
  const signed = new Uint8Array([...head(4, 4), ...textItem("Signature1"), ...bytesItem(envelope.protectedPart),
    ...bytesItem(new TextEncoder().encode(purpose)), ...bytesItem(envelope.payload)]);
  const publicKey = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, publicKey, envelope.signature, signed);
}

// The terminal's key and the shop's name, from a certificate that the ledger signed.
async function certified(known, terminal, merchant) {
  for (const text of known.certificates) {
    const certificate = openEnvelope(fromHex(text));
    const claims = certificate.claims;
    if (claims.get(LABEL.subject) !== terminal || claims.get(LABEL.audience) !== merchant) continue;
    const key = known.keys[certificate.kid];
    if (key === undefined || claims.get(LABEL.issuer) !== known.ledger) continue;
    if (await isSigned(certificate, fromHex(key), "chak/terminal/1")) {
      return { key: claims.get(LABEL.holder).get(1).get(-2), name: claims.get(LABEL.name) };
    }
  }
  return null;
}

async function check(text, known) {
  const words = known.words;
  if (!text.startsWith("CKS1:") || text.length > CODE_CHARACTERS_MAX) return { good: false, verdict: words.unreadable };
  let receipt;
  try {
    receipt = openEnvelope(fromBase45(text.slice(5)));
  } catch (error) {
    return { good: false, verdict: words.unreadable };
  }
  const claims = receipt.claims;
  const shop = await certified(known, claims.get(LABEL.issuer), claims.get(LABEL.audience));
  if (shop === null) return { good: false, verdict: words.unknown_terminal };
  if (!await isSigned(receipt, shop.key, "chak/receipt/1")) return { good: false, verdict: words.forged };
  const issued = new Date((claims.get(LABEL.issued) + 9 * 3600) * 1000).toISOString();
  return {
    good: true,
    verdict: words.genuine,
    details: [
      [words.shop, shop.name],
      [words.kind, words[KINDS[claims.get(LABEL.kind)]] ?? ""],
      [words.amount, `${claims.get(LABEL.amount).toLocaleString("en")} ${words.won}`],
      [words.receipt_number, claims.get(LABEL.number)],
      [words.time, issued.slice(0, 16).replace("T", " ")],
    ],
  };
}

function show(result) {
  const verdict = document.getElementById("verdict");
  verdict.textContent = result.verdict;
  verdict.className = result.good ? "good" : "bad";
  const details = document.getElementById("details");
  details.replaceChildren();
  for (const [name, value] of result.details ?? []) {
    const term = document.createElement("dt");
    const description = document.createElement("dd");
    term.textContent = name;
    description.textContent = value;
    details.append(term, description);
  }
}

const known = JSON.parse(document.getElementById("known").textContent);
document.getElementById("check").addEventListener("click", async () => {
  show(await check(document.getElementById("code").value.trim().toUpperCase(), known));
});
