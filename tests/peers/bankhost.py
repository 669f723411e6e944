"""A bank host for tests: ISO 8583:1987 over TCP, with books of its own.

The messages are read and written by `pyiso8583`, other people's code; nothing is shared with the hub.
Cards behave as the sandbox bank's do. Commands come in lines on standard input, each answered by one
line of JSON on standard output; the first line says which port it listens on.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import sys

import iso8583

DECLINED = {
    "4000000000000002": "05",
    "4000000000000341": "05",
    "4000000000009995": "51",
    "4000000000009987": "41",
    "4000000000009979": "43",
    "4000000000000069": "54",
    "4000000000000127": "N7",
    "4000000000000119": "96",
    "4000000000006975": "75",
    "4000000000009961": "05",
}
CVC_DECLINED = "4000000000000101"
APPROVED_FOR_LESS = "4000000000009938"
LINK_DOWN = "4000000000009946"
REFUND_DECLINED = "4000000000009821"
# The first message of a kind about a card: its answer is lost, or it never arrives, or it is slow.
ANSWER_LOST = {("auth", "4000000000009904"), ("capture", "4000000000009805"), ("void", "4000000000009839"),
               ("refund", "4000000000009813")}
REQUEST_LOST = {("auth", "4000000000009912"), ("capture", "4000000000009862"), ("refund", "4000000000009854")}
ANSWER_LATE = {("auth", "4000000000009920"), ("auth", "4000000000009953"), ("auth", "4000000000009961"),
               ("refund", "4000000000009847")}

DIGITS = {3: 6, 4: 12, 7: 10, 11: 6, 12: 6, 13: 4, 14: 4, 18: 4, 22: 3, 25: 2, 70: 3, 90: 42}
TEXTS = {37: 12, 38: 6, 39: 2, 41: 8, 42: 15, 43: 40, 49: 3, 95: 42}
DIGITS_UP_TO = {2: 19, 32: 11}
TEXT_UP_TO_999 = {48: 999}
CODES = (64, 128)


def specification(profile):
    """What the two sides agreed on, in the words of pyiso8583."""
    packed = profile == "bcd"
    digits = {"data_enc": "b", "len_count": "nibbles", "left_pad": "0"} if packed else {"data_enc": "ascii"}
    binary = {"data_enc": "b"} if packed else {"data_enc": "ascii"}
    length = "bcd" if packed else "ascii"
    fixed = {"len_enc": "ascii", "len_type": 0}
    spec = {
        "h": {"data_enc": "ascii", "max_len": 0, "desc": "", **fixed},
        "t": {**binary, "max_len": 4, "desc": "type", **fixed},
        "p": {**binary, "max_len": 8 if packed else 16, "desc": "bitmap", **fixed},
        "1": {**binary, "max_len": 8 if packed else 16, "desc": "bitmap", **fixed},
    }
    for number, size in DIGITS.items():
        spec[str(number)] = {**digits, **fixed, "max_len": size, "desc": ""}
    for number, size in TEXTS.items():
        spec[str(number)] = {"data_enc": "ascii", **fixed, "max_len": size, "desc": ""}
    for number, size in DIGITS_UP_TO.items():
        spec[str(number)] = {**digits, "len_enc": length, "len_type": 1 if packed else 2, "max_len": size, "desc": ""}
    for number, size in TEXT_UP_TO_999.items():
        spec[str(number)] = {"data_enc": "ascii", "len_enc": length, "len_type": 2 if packed else 3,
                             "max_len": size, "desc": ""}
    for number in CODES:
        spec[str(number)] = {**binary, **fixed, "max_len": 8 if packed else 16, "desc": "code"}
    # Fields that nobody uses here must still be described.
    for number in range(2, 129):
        spec.setdefault(str(number), {"data_enc": "ascii", "len_enc": length, "len_type": 2 if packed else 3,
                                      "max_len": 999, "desc": ""})
    return spec


def sub_field(text, tag):
    while len(text) >= 4:
        size = int(text[2:4])
        if text[:2] == tag:
            return text[4:4 + size]
        text = text[4 + size:]
    return None


class Books:
    """What the bank believes. Messages are known by type, trace number and time."""

    def __init__(self):
        self.entries = {}
        self.answers = {}
        self.undone_unseen = set()
        self.next_code = 0

    def authorize(self, key, message):
        amount, pan = int(message["4"]), message["2"]
        code = DECLINED.get(pan, "00")
        if pan == CVC_DECLINED and sub_field(message.get("48", ""), "92"):
            code = "N7"
        if key in self.undone_unseen:
            code = "94"
        if pan == APPROVED_FOR_LESS:
            amount = max(amount // 2, 1)
        taken = amount if key[0] == "0200" and code == "00" else 0
        self.entries[key] = {
            "kind": "authorization", "pan": pan, "payment": sub_field(message.get("48", ""), "99"),
            "reference": message["37"], "amount": amount, "code": code, "captured": taken, "refunded": 0,
            "void": False, "reversed": False,
        }
        if code != "00":
            return {"39": code}
        self.next_code += 1
        return {"39": code, "38": f"{self.next_code:06}", "4": f"{amount:012}"}

    def refund(self, key, message):
        found = self.about(message)
        amount = int(message["4"])
        code = "00"
        if key in self.undone_unseen:
            code = "94"
        elif found is None or found["reversed"] or found["captured"] - found["refunded"] < amount:
            code = "13"
        elif sub_field(message.get("48", ""), "98") != found["reference"]:
            code = "25"
        elif found["pan"] == REFUND_DECLINED:
            code = "05"
        if code == "00":
            found["refunded"] += amount
        self.entries[key] = {"kind": "refund", "amount": amount, "code": code, "reversed": False, "of": found}
        return {"39": code}

    def capture(self, _key, message):
        found, amount = self.about(message), int(message["4"])
        if found is None or found["code"] != "00" or found["reversed"] or found["void"]:
            return {"39": "25"}
        if found["captured"] + amount > found["amount"]:
            return {"39": "13"}
        found["captured"] += amount
        return {"39": "00"}

    def void(self, _key, message):
        found = self.about(message)
        if found is None or found["code"] != "00":
            return {"39": "25"}
        stays = int(message.get("95", "0" * 42)[:12])
        if int(message["4"]) != found["amount"] or stays != found["captured"]:
            return {"39": "13"}
        found["void"] = True
        return {"39": "00"}

    def undo(self, _key, message):
        key = original_key(message)
        found = self.entries.get(key)
        if found is None:
            self.undone_unseen.add(key)
            return {"39": "25"}
        if not found["reversed"]:
            found["reversed"] = True
            if found["kind"] == "refund" and found["code"] == "00":
                found["of"]["refunded"] -= found["amount"]
        return {"39": "00"}

    def about(self, message):
        return self.entries.get(original_key(message))

    def published(self):
        """Every authorization: what stands of it, and what of that was taken and not given back."""
        out = []
        for entry in self.entries.values():
            if entry["kind"] == "authorization":
                stands = entry["code"] == "00" and not entry["reversed"]
                kept = entry["captured"] - entry["refunded"] if stands else 0
                last = {"last4": entry["pan"][-4:], "stands": stands, "kept": kept}
                shown = ("payment", "amount", "code", "captured", "refunded", "void", "reversed")
                out.append({name: entry[name] for name in shown} | last)
        return out


def original_key(message):
    data = message["90"]
    return data[:4], data[4:10], data[10:20]


class Host:
    def __init__(self, profile, mac):
        self.spec, self.packed, self.mac = specification(profile), profile == "bcd", mac
        self.books, self.writers, self.struck = Books(), set(), set()
        self.delay = self.late = 0.0
        self.twice = self.refuses_sign_on = False
        self.cut_after = self.storm = None
        self.counts = {}
        self.connections = 0

    def read(self, body):
        if self.mac:
            width = 8 if self.packed else 16
            code = body[-width:].hex() if self.packed else body[-width:].decode().lower()
            made = hmac.new(self.mac, body[:-width], hashlib.sha256).digest()[:8].hex()
            if code != made:
                raise ValueError("the authentication code does not hold")
        message, _ = iso8583.decode(body, self.spec)
        return message

    def write(self, message):
        message = {name: value for name, value in message.items() if name not in ("p", "1", "64", "128")}
        wide = any(name.isdigit() and int(name) > 64 for name in message)
        if self.mac:
            message["128" if wide else "64"] = "0" * 16
        body, _ = iso8583.encode(message, self.spec)
        body = bytes(body)
        if self.mac:
            width = 8 if self.packed else 16
            made = hmac.new(self.mac, body[:-width], hashlib.sha256).digest()[:8]
            body = body[:-width] + (made if self.packed else made.hex().upper().encode())
        return len(body).to_bytes(2, "big") + body

    async def serve(self, reader, writer):
        self.writers.add(writer)
        self.connections += 1
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(2), "big")
                asyncio.ensure_future(self.heard(await reader.readexactly(size), writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def heard(self, body, writer):
        message = self.read(body)
        kind = message["t"]
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if kind == "0800":
            refused = self.refuses_sign_on and message["70"] == "001"
            return self.send(writer, {"t": "0810", "39": "05" if refused else "00"}
                             | {name: message[name] for name in ("7", "11", "70")})
        if kind == "0810":
            return None
        if self.storm:
            return await self.weather(message, writer)
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after == 0:
                self.cut_after = None
                return self.cut()
        answer = await self.business(message)
        for _ in range(2 if self.twice else 1):
            self.send(writer, answer)
        return None

    async def weather(self, message, writer):
        """Of many messages at once, some are answered, some only booked, some lost; then the cable is cut."""
        storm = self.storm
        storm["seen"] += 1
        number = storm["seen"]
        if number <= storm["booked"]:
            answer = await self.business(message)
            if number <= storm["answered"]:
                storm["held"].append(answer)
        if number == storm["total"]:
            self.storm = None
            while len(storm["held"]) < storm["answered"]:
                await asyncio.sleep(0)
            for answer in storm["held"]:
                self.send(writer, answer)
            await writer.drain()
            writer.close()

    async def business(self, message):
        """Does what a message asks; `None` when it, or its answer, is lost."""
        kind = message["t"][:3] + "0"
        what = {"0100": "auth", "0200": "refund" if message["3"].startswith("20") else "auth", "0220": "capture",
                "0400": "void", "0420": "undo"}[kind]
        entry = self.books.about(message) if "90" in message else None
        pan = message.get("2") or (entry or {}).get("pan", "")
        if what == "auth" and pan == LINK_DOWN:
            self.cut()
            return None
        first = (what, pan, message["90"] if "90" in message else message["11"])
        strikes = first not in self.struck
        self.struck.add(first)
        if strikes and (what, pan) in REQUEST_LOST:
            return None
        key = (kind, message["11"], message["7"])
        if key not in self.books.answers:
            act = {"auth": self.books.authorize, "refund": self.books.refund, "capture": self.books.capture,
                   "void": self.books.void, "undo": self.books.undo}[what]
            self.books.answers[key] = act(key, message)
        said = self.books.answers[key]
        if strikes and (what, pan) in ANSWER_LOST:
            return None
        late = strikes and (what, pan) in ANSWER_LATE
        await asyncio.sleep(self.late if late else self.delay)
        echoed = {name: message[name] for name in ("3", "4", "7", "11", "12", "13", "32", "37", "41", "42", "49")}
        return echoed | {"t": kind[:2] + str(int(kind[2]) + 1) + "0"} | said

    def send(self, writer, message):
        if message and writer in self.writers:
            writer.write(self.write(message))

    def cut(self):
        for writer in list(self.writers):
            writer.transport.abort()
        self.writers.clear()

    def command(self, line):
        name, *values = line.split()
        if name == "books":
            return self.books.published()
        if name == "counts":
            return self.counts | {"connections": self.connections}
        if name == "cut":
            self.cut()
        elif name == "cut_after":
            self.cut_after = int(values[0])
        elif name == "storm":
            answered, booked, total = map(int, values)
            self.storm = {"seen": 0, "answered": answered, "booked": booked, "total": total, "held": []}
        elif name == "delay_ms":
            self.delay = int(values[0]) / 1000
        elif name == "late_ms":
            self.late = int(values[0]) / 1000
        elif name == "twice":
            self.twice = values[0] == "on"
        elif name == "refuse_sign_on":
            self.refuses_sign_on = values[0] == "on"
        elif name == "echo":
            for writer in list(self.writers):
                self.send(writer, {"t": "0800", "7": "0101000000", "11": "000001", "70": "301"})
        else:
            return {"error": name}
        return {"ok": True}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=("bcd", "ascii"), default="bcd")
    parser.add_argument("--mac", help="a key in hexadecimal for HMAC-SHA256")
    args = parser.parse_args()
    host = Host(args.profile, bytes.fromhex(args.mac) if args.mac else None)
    server = await asyncio.start_server(host.serve, "127.0.0.1", 0)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    # Ends with the test that holds the other end of the pipe.
    while line := await commands.readline():
        print(json.dumps(host.command(line.decode())), flush=True)


asyncio.run(main())
