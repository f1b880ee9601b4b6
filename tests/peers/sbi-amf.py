"""An AMF on python's h2 against the network function of sbi-nf.js: one connection, header compression of its own kind,
bodies in several DATA frames, and two requests whose frames are mixed.

usage: sbi-amf.py PORT
"""
import socket
import sys

import h2.config
import h2.connection
import h2.events

SUPI = "imsi-001010000000002"
# CP-DATA (TS 24.011 7.2.1): RP-DATA of a SUBMIT, RP-DATA of a DELIVER, and the RP-ERROR (memory full) that answers it.
SUBMIT = bytes.fromhex("09012400080007914477000900001801030c9144770009104200000cd2badb9d769f41ec30bd0c")
DELIVER = bytes.fromhex("0901340122079144770009000000280409d04279d84d0600005201013193702319d9775d0e12cac36e3268fc269741e9392816c3c96034")
REFUSED = bytes.fromhex("09010404220116")


def multipart(json, kind, payload):
    return (b"--b1\r\nContent-Type: application/json\r\n\r\n" + json.encode() + b"\r\n--b1\r\nContent-Type: "
            + kind.encode() + b"\r\nContent-Id: p\r\n\r\n" + payload + b"\r\n--b1--\r\n")


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.http.initiate_connection()
        self.flush()

    def flush(self):
        self.socket.sendall(self.http.data_to_send())

    def begin(self, method, path, kind=None):
        stream = self.http.get_next_available_stream_id()
        headers = [(":method", method), (":path", path), (":scheme", "http"), (":authority", "smsf.example")]
        if kind:
            headers.append(("content-type", kind))
        self.http.send_headers(stream, headers, end_stream=kind is None)
        self.flush()
        return stream

    def piece(self, stream, body, last=False):
        self.http.send_data(stream, body, end_stream=last, pad_length=5 if last else None)
        self.flush()

    def wait(self, streams):
        left = set(streams)
        while left:
            for event in self.http.receive_data(self.socket.recv(65536)):
                if isinstance(event, h2.events.StreamEnded):
                    left.discard(event.stream_id)
            self.flush()


def main():
    client = Client(int(sys.argv[1]))
    ue = f"/nsmsf-sms/v2/ue-contexts/{SUPI}"
    related = "multipart/related; boundary=b1"
    client.wait([client.begin("GET", f"/n5g-eir-eic/v1/equipment-status?pei=imei-356938035643809&supi={SUPI}")])
    first = client.begin("POST", f"{ue}/sendsms", related)
    second = client.begin("POST", f"/namf-comm/v1/ue-contexts/{SUPI}/n1-n2-messages", related)
    uplink = multipart('{"smsRecordId":"7","smsPayload":{"contentId":"p"},"gpsi":"msisdn-447700900002"}',
                       "application/vnd.3gpp.sms", SUBMIT)
    downlink = multipart('{"n1MessageContainer":{"n1MessageClass":"SMS","n1MessageContent":{"contentId":"p"}}}',
                         "application/vnd.3gpp.5gnas", DELIVER)
    client.piece(first, uplink[:50])
    client.piece(second, downlink[:20])
    client.piece(first, uplink[50:], True)
    client.piece(second, downlink[20:], True)
    client.wait([first, second])
    third = client.begin("POST", f"{ue}/sendsms", related)
    client.piece(third, multipart('{"smsRecordId":"8","smsPayload":{"contentId":"p"}}', "application/vnd.3gpp.sms", REFUSED),
                 True)
    client.wait([third])
    client.http.close_connection()
    client.flush()


main()
