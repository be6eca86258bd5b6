#!/usr/bin/python3
"""Pieces from one libtorrent session to another over TCP, no encryption, no discovery.

    libtorrent_fetch.py default|tuned seed DIR COUNT SIZE
        prints `listening PORT`, and serves until killed
    libtorrent_fetch.py default|tuned get DIR COUNT PORT
        fetches what the seed has described in DIR

A torrent of one file, of version 2: pieces verified by SHA-256, as Weir's ops are. Tuned: with its
own settings for seeds that are to be quick, and ten times as many ticks a second. libtorrent writes
through the page cache and syncs nothing; at the end that is done for it. The last line of `get` is
JSON: `seconds` in all, `first_s` to the first piece, `rate` in pieces per second after it, and
`synced_rate`, the same until all of it was synced.
"""
import json
import os
import random
import sys
import time

import libtorrent

patience_s = 120


def make_session(tuned, is_seed):
    settings = libtorrent.high_performance_seed() if tuned and is_seed else {}
    settings.update({
        "listen_interfaces": "127.0.0.1:0",
        "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
        "enable_incoming_utp": False, "enable_outgoing_utp": False,
        "allow_multiple_connections_per_ip": True,
        "in_enc_policy": 2, "out_enc_policy": 2,
        "smooth_connects": False,
        "alert_mask": libtorrent.alert.category_t.status_notification |
                      libtorrent.alert.category_t.piece_progress_notification,
    })
    if tuned:
        settings["tick_interval"] = 50
    return libtorrent.session(settings)


def seed(tuned, folder, count, size):
    content = os.path.join(folder, "content")
    source = random.Random(1)
    with open(content, "wb") as file:
        for _ in range(count):
            file.write(source.randbytes(size))
    files = libtorrent.file_storage()
    libtorrent.add_files(files, content)
    made = libtorrent.create_torrent(files, size, libtorrent.create_torrent.v2_only)
    libtorrent.set_piece_hashes(made, folder)
    with open(os.path.join(folder, "torrent"), "wb") as file:
        file.write(libtorrent.bencode(made.generate()))
    session = make_session(tuned, True)
    info = libtorrent.torrent_info(os.path.join(folder, "torrent"))
    handle = session.add_torrent({"ti": info, "save_path": folder,
                                  "flags": libtorrent.torrent_flags.seed_mode})
    while not handle.status().is_seeding:
        time.sleep(0.01)
    print("listening", session.listen_port(), flush=True)
    while True:
        time.sleep(3600)


def get(tuned, folder, count, port):
    session = make_session(tuned, False)
    info = libtorrent.torrent_info(os.path.join(folder, "torrent"))
    target = os.path.join(folder, "got")
    os.makedirs(target, exist_ok=True)
    begun = time.monotonic()
    handle = session.add_torrent({"ti": info, "save_path": target})
    handle.connect_peer(("127.0.0.1", port))
    first = None
    have = 0
    while have < count:
        session.wait_for_alert(100)
        for alert in session.pop_alerts():
            if isinstance(alert, libtorrent.piece_finished_alert):
                have += 1
                if first is None:
                    first, first_have = time.monotonic(), have
        if time.monotonic() - begun > patience_s:
            sys.exit("libtorrent does not get on")
    ended = time.monotonic()
    with open(os.path.join(target, "content"), "rb") as file:
        os.fsync(file.fileno())
    synced = time.monotonic()
    left = count - first_have
    print(json.dumps({"seconds": ended - begun, "first_s": first - begun,
                      "rate": left / (ended - first), "synced_rate": left / (synced - first)}))


if __name__ == "__main__":
    mode, role, folder, *numbers = sys.argv[1:]
    (seed if role == "seed" else get)(mode == "tuned", folder, *map(int, numbers))
