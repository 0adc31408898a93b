import { strict as assert } from "node:assert";
import { shaCrypt, type ShaCryptId } from "../../../proxy/auth/sha_crypt.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const LONG = "a very much longer text to encrypt.  This one even stretches over morethan one line.";
const SHORT_SALT = "we have a short salt string but not a short password";

/** From the specification; the salts cut to 16 characters, and too few rounds raised, as it has them in its results. */
const published: [ShaCryptId, password: string, salt: string, rounds: number, digest: string][] = [
  ["5", "Hello world!", "saltstring", 5000, "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"],
  ["5", "Hello world!", "saltstringsaltst", 10000, "3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"],
  [
    "5",
    "This is just a test",
    "toolongsaltstrin",
    5000,
    "Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGRcvxa5",
  ],
  ["5", LONG, "anotherlongsalts", 1400, "Rx.j8H.h8HjEDGomFU8bDkXm3XIUnzyxf12oP84Bnq1"],
  ["5", SHORT_SALT, "short", 77777, "JiO1O3ZpDAxGJeaDIuqCoEFysAe1mZNJRs3pw0KQRd/"],
  [
    "5",
    "a short string",
    "asaltof16chars..",
    123456,
    "gP3VQ/6X7UUEW3HkBn2w1/Ptq2jxPyzV/cZKmF/wJvD",
  ],
  [
    "5",
    "the minimum number is still observed",
    "roundstoolow",
    1000,
    "yfvwcWrQ8l/K0DAWyuPMDNHpIVlTQebY9l/gL972bIC",
  ],
  [
    "6",
    "Hello world!",
    "saltstring",
    5000,
    "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
  ],
  [
    "6",
    "Hello world!",
    "saltstringsaltst",
    10000,
    "OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
  ],
  [
    "6",
    "This is just a test",
    "toolongsaltstrin",
    5000,
    "lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0",
  ],
  [
    "6",
    LONG,
    "anotherlongsalts",
    1400,
    "POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1",
  ],
  [
    "6",
    SHORT_SALT,
    "short",
    77777,
    "WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0",
  ],
  [
    "6",
    "a short string",
    "asaltof16chars..",
    123456,
    "BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMNrCzIMVcgEJAstJeonj1",
  ],
  [
    "6",
    "the minimum number is still observed",
    "roundstoolow",
    1000,
    "kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUNGc0dqbpBYYBaHHrsX.",
  ],
];
for (const [id, password, salt, rounds, digest] of published) {
  Deno.test(`shaCrypt gives what is published for $${id}$rounds=${rounds}$${salt}`, () => {
    assert.equal(shaCrypt(id, utf8(password), salt, rounds), digest);
  });
}

/** Made by `openssl passwd`: lengths around those of a digest, where whole ones are easily forgotten. */
const lengths: [ShaCryptId, length: number, digest: string][] = [
  ["5", 1, "HHlb8QMClR55.dRTU4JXNgHGkR1U6jlbNtlfDN528y0"],
  ["5", 31, "gdGL4QG4rHORngxQXK.vBKkLMR0BRyjb8O5p3rdCBPC"],
  ["5", 32, "bn/W6zDWvb9WNIQWK4CZzo0C0wd2iB/ct7SIXpccVv3"],
  ["5", 33, "G2I5stVD03bE3cM3LWKwKt.1BCHA1LzE91VlV29ToZ6"],
  ["5", 63, "UQ/zV84sOzuo56btJdyU5zfSDzUO5l8WqeHnXcg4PoA"],
  ["5", 64, "2kb0VYfcDLQPAGQcASnaqaXb5tgzKdh1DyOyht0u5UC"],
  ["5", 65, "xM5NAuUycT7qHChdDAGCO8mokKozreCYSWaJu0nG1c/"],
  ["5", 255, "oI/8ttW55RI9QcAqZTqXIhsKc7bzij1yj4HTZHoONl7"],
  [
    "6",
    1,
    "nlhAD6nGlGRMDj1Sphvkk9r/6E8dgKu7aqKErMwZ3U3A1onV461eE5jl9tfrBIm/M2o5cPL52lhAdhLA0OvUD/",
  ],
  [
    "6",
    63,
    "lsCD5cvXasH9McpJfEFZOaJYCq66pHKFVCL.CdXYGMTM5bRSMthcLJER9TzGwYiqZmAneov2kSOgK.G06f8jS.",
  ],
  [
    "6",
    64,
    "ka4ZakGxB7ashtt/UL3ozqwpNIXSPLl014bQjV7hxsYkkFUvfa3zo.5fxMBpsyGKr0QJIlxjAxBiEJdvTJWV71",
  ],
  [
    "6",
    65,
    "fYZjgQUO.aEwgBvPBOPSV.AZPCVFi86IAEtBYAGBYubIJosgDNRXnb.CepwXl39WzhZVUqIqRfjmJN1kwubsJ.",
  ],
  [
    "6",
    127,
    "NjJxKjY0HbQo8A7RJHzi34Cc4Hbbfo4mb6nMO6nfo4CDi1k3PVRERSFPMSqW4fKwft/05z0Aju7Ya8YzOLe7G0",
  ],
  [
    "6",
    128,
    "H2TVbZnEBvKeqHYSZx6Edz90rUZP/j.nllrbY4mULwWUSBLqy/KebdN0LFXdHE/5yhJVFF61tYT4fuhqa3S6y0",
  ],
  [
    "6",
    129,
    "4NNcRJl91ARw.3pOfiDL9vIoB8R8oQFV3PVLYt2WqQ96.S1wQR4MCZGi7Q3H4xTRRS7v7FjjDI8fAQC64Y1LE.",
  ],
  [
    "6",
    255,
    "wP377TDbU4due8pfvEnK8E5tTFUeCwZ/ve19dgngjSp5.FKCcHEEZZmHD85r9p6034i.ASZFmzh4Up4VRR23W.",
  ],
];
for (const [id, length, digest] of lengths) {
  Deno.test(`shaCrypt $${id}$ takes a password of ${length} bytes`, () => {
    assert.equal(shaCrypt(id, utf8("a".repeat(length)), "abc", 5000), digest);
  });
}
