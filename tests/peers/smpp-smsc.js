// SPDX-License-Identifier: GPL-3.0-or-later
// A message centre of a few lines on npm's smpp. It waits for both accounts of Kannel, plays the script (the
// first argument) line by line, asks Kannel's own HTTP interface to submit, and ends when all of it was answered.
'use strict';
const fs = require('fs');
const http = require('http');
const net = require('net');
const smpp = require('smpp');

const [, , script, port, sendsmsPort] = process.argv;
const limit = (ms, what, promise) =>
    Promise.race([promise, new Promise((_, no) => setTimeout(() => no(new Error(`no ${what} in ${ms} ms`)), ms))]);
const rows = fs.readFileSync(script, 'utf8').split('\n').filter((l) => l && !l.startsWith('#')).map((l) => {
    const [way, account, form, from, to, text] = l.split('\t');
    return {way, account, form, from, to, text};
});

const sessions = {}; // by account
const waiting = []; // who waits for a bind or a submission
let count = 0;

function tell(what, account) {
    for (const w of waiting.splice(0)) {
        if (w.what === what && w.account === account)
            w.go();
        else
            waiting.push(w);
    }
}
const until = (what, account) => limit(20000, `${what} of ${account}`,
    new Promise((go) => waiting.push({what, account, go})));

const server = smpp.createServer((session) => {
    let account = null;
    session.on('bind_transceiver', (pdu) => {
        account = pdu.system_id;
        sessions[account] = session;
        session.send(pdu.response({system_id: 'testcentre'}));
        tell('bind', account);
    });
    session.on('submit_sm', (pdu) => {
        const id = `m${String(++count).padStart(4, '0')}`;
        session.send(pdu.response({message_id: id}));
        if (pdu.registered_delivery & 1)
            setTimeout(() => receipt(session, pdu, id), 50);
        tell('submission', account);
    });
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => session.send(pdu.response()));
    session.on('error', () => {});
});

// The form of SMPP 3.4 appendix B, and the same as TLVs.
function receipt(session, pdu, id) {
    session.deliver_sm({
        source_addr_ton: pdu.dest_addr_ton, source_addr_npi: pdu.dest_addr_npi, source_addr: pdu.destination_addr,
        dest_addr_ton: pdu.source_addr_ton, dest_addr_npi: pdu.source_addr_npi, destination_addr: pdu.source_addr,
        esm_class: 4, data_coding: 0,
        short_message: `id:${id} sub:001 dlvrd:001 submit date:2401010000 done date:2401010001 stat:DELIVRD err:000 text:`,
        receipted_message_id: id, message_state: 2,
    });
}

// Parts of at most n characters that do not cut a surrogate pair.
function parts(text, n) {
    const out = [''];
    for (const c of text) {
        if (out[out.length - 1].length + c.length > n)
            out.push('');
        out[out.length - 1] += c;
    }
    return out;
}

function deliveries(row, ref) {
    const numeric = (s) => /^[0-9]+$/.test(s);
    const ton = (s) => (!numeric(s) ? 5 : s.length > 6 ? 1 : 3);
    const base = {
        source_addr_ton: ton(row.from), source_addr_npi: numeric(row.from) ? 1 : 0, source_addr: row.from,
        dest_addr_ton: ton(row.to), dest_addr_npi: 1, destination_addr: row.to,
        data_coding: row.form.endsWith('ucs2') ? 8 : 0,
    };
    if (row.form === 'payload')
        return [{...base, message_payload: {message: row.text}}];
    if (row.form === 'sar') {
        const list = parts(row.text, 150);
        return list.map((message, i) => ({...base, short_message: message, sar_msg_ref_num: ref,
            sar_total_segments: list.length, sar_segment_seqnum: i + 1}));
    }
    if (row.form.startsWith('udh')) {
        const list = parts(row.text, row.form === 'udh' ? 150 : 66);
        return list.map((message, i) => ({...base, esm_class: 0x40,
            short_message: {udh: Buffer.from([5, 0, 3, ref, list.length, i + 1]), message}}));
    }
    return [{...base, short_message: row.text}];
}

async function deliver(row, ref) {
    for (const pdu of deliveries(row, ref)) {
        await limit(10000, 'deliver_sm_resp', new Promise((go, no) => sessions[row.account].deliver_sm(pdu,
            (answer) => (answer.command_status === 0 ? go() : no(new Error(`refused: ${answer.command_status}`))))));
    }
}

async function submit(row) {
    const query = new URLSearchParams({username: 'tester', password: 'tester', smsc: row.account, from: row.from,
        to: row.to, text: row.text, charset: 'UTF-8', coding: row.form.endsWith('ucs2') ? '2' : '0', 'dlr-mask': '31'});
    const submitted = until('submission', row.account);
    await limit(10000, 'answer of smsbox', new Promise((go, no) => http.get(
        `http://127.0.0.1:${sendsmsPort}/cgi-bin/sendsms?${query}`,
        (r) => {
            r.resume();
            r.on('end', () => (r.statusCode === 202 ? go() : no(new Error(`smsbox says ${r.statusCode}`))));
        }).on('error', no)));
    await submitted;
    await new Promise((go) => setTimeout(go, 400)); // further parts, and the receipts
}

// Kannel's smsbox starts after its bearerbox.
async function smsbox() {
    for (let tries = 0; tries < 100; tries++) {
        const there = await new Promise((go) => {
            const s = net.connect(Number(sendsmsPort), '127.0.0.1', () => go(s.destroy()));
            s.on('error', () => go(null));
        });
        if (there)
            return;
        await new Promise((go) => setTimeout(go, 100));
    }
    throw new Error('no smsbox');
}

async function play() {
    let ref = 10;
    for (const row of rows) {
        if (row.way === 'reconnect') {
            const again = until('bind', row.account);
            sessions[row.account].destroy();
            await again;
        } else if (row.way === 'deliver') {
            await deliver(row, ++ref);
        } else {
            await submit(row);
        }
    }
}

server.listen(Number(port), '127.0.0.1');
Promise.all([...new Set(rows.map((r) => r.account))].map((a) => until('bind', a)))
    .then(smsbox)
    .then(play)
    .then(() => setTimeout(() => process.exit(0), 500))
    .catch((e) => {
        console.error(`smpp-smsc: ${e.message}`);
        process.exit(1);
    });
