"""Gives Kannel's smsbox each row of ucp-kannel.tsv for both of its message centres.

usage: ucp-send.py ucp-kannel.tsv SENDSMS_PORT
"""
import sys
import urllib.parse
import urllib.request

for line in open(sys.argv[1], encoding="utf-8"):
    if line.startswith("#"):
        continue
    _, _, form, sender, number, text = line.rstrip("\n").split("\t")
    for centre in ("ucp", "cimd2"):
        query = {"username": "tester", "password": "tester", "smsc": centre, "to": number, "from": sender,
                 "charset": "UTF-8", "coding": "2" if form == "ucs2" else "0", "text": text, "dlr-mask": "31", "dlr-url": "http://127.0.0.1:9/"}
        url = f"http://127.0.0.1:{sys.argv[2]}/cgi-bin/sendsms?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            answer.read()
