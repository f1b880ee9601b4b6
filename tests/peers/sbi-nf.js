// A network function of 5G in clear text HTTP/2, and one that asks it: SMSF, AMF and UDM in one, as far as short
// messages need them (TS 29.540, TS 29.518, TS 29.503).
// usage: sbi-nf.js serve|ask PORT
'use strict';
const http2 = require('http2');
const [, , what, port] = process.argv;

const location = {
  nrLocation: {
    tai: { plmnId: { mcc: '001', mnc: '01' }, tac: '00abcd' },
    ncgi: { plmnId: { mcc: '001', mnc: '01' }, nrCellId: '123456789' },
  },
};

function answer(stream, headers, body) {
  const path = headers[':path'], method = headers[':method'];
  const json = { 'content-type': 'application/json' };
  if (path.includes('imsi-001010000000404')) {
    stream.respond({ ':status': 404, 'content-type': 'application/problem+json' });
    stream.end(JSON.stringify({ status: 404, cause: 'USER_NOT_FOUND' }));
  } else if (path.endsWith('/send-routing-info-sm')) {
    stream.respond({ ':status': 200, ...json });
    stream.end(JSON.stringify({
      supi: 'imsi-001010000000001',
      smsf3Gpp: { smsfInstanceId: '7b3a5a2e-0000-4000-8000-000000000001', plmnId: { mcc: '001', mnc: '01' } },
    }));
  } else if (method === 'PUT') {
    stream.respond({ ':status': 201, ...json });
    stream.end(body);
  } else if (method === 'DELETE') {
    stream.respond({ ':status': 204 }, { endStream: true });
  } else {
    stream.respond({ ':status': 200, ...json });
    stream.end('{}');
  }
}

function serve() {
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    const parts = [];
    stream.on('data', (d) => parts.push(d));
    stream.on('end', () => answer(stream, headers, Buffer.concat(parts)));
    stream.on('error', () => {});
  });
  server.listen(Number(port), '127.0.0.1');
}

function multipart(json, type, id, payload) {
  const line = '\r\n';
  const head = ['--rgs-boundary', 'Content-Type: application/json', '', JSON.stringify(json), '--rgs-boundary',
    `Content-Type: ${type}`, `Content-Id: ${id}`, '', ''].join(line);
  return Buffer.concat([Buffer.from(head), Buffer.from(payload, 'hex'), Buffer.from(`${line}--rgs-boundary--${line}`)]);
}

const related = { 'content-type': 'multipart/related; boundary=rgs-boundary; type="application/json"' };
const ue = '/nsmsf-sms/v2/ue-contexts/imsi-001010000000001';
// CP-DATA (TS 24.011 7.2.1) with RP-DATA of a SUBMIT, RP-DATA of a DELIVER, and the RP-ACK of that.
const submit = '09012700070007914477000900001b01030c91447700091032000010d37219947fd741613aa89c3ea3e9';
const deliver = '0901340121079144770009000000280409d04279d84d0600005201013193702319d9775d0e12cac36e3268fc269741e939888693e56233';
const delivered = '0901020221';
const script = [
  ['PUT', '/nudm-uecm/v1/imsi-001010000000001/registrations/smsf-3gpp-access', { 'content-type': 'application/json' },
    JSON.stringify({ smsfInstanceId: '7b3a5a2e-0000-4000-8000-000000000001', plmnId: { mcc: '001', mnc: '01' } })],
  ['PUT', ue, { 'content-type': 'application/json' },
    JSON.stringify({
      supi: 'imsi-001010000000001', pei: 'imeisv-3569380356438091', amfId: '0b4e3a5c-0000-4000-8000-00000000000a',
      accessType: '3GPP_ACCESS', gpsi: 'msisdn-447700900001', ueLocation: location,
    })],
  ['POST', `${ue}/sendsms`, related, multipart(
    { smsRecordId: '1', smsPayload: { contentId: 'sms' }, gpsi: 'msisdn-447700900001', ueLocation: location },
    'application/vnd.3gpp.sms', 'sms',
    submit)],
  ['POST', '/nudm-uecm/v1/msisdn-447700900001/registrations/send-routing-info-sm', { 'content-type': 'application/json' },
    '{}'],
  ['POST', '/namf-comm/v1/ue-contexts/imsi-001010000000001/n1-n2-messages', related, multipart(
    { n1MessageContainer: { n1MessageClass: 'SMS', n1MessageContent: { contentId: 'n1' } } },
    'application/vnd.3gpp.5gnas', 'n1',
    deliver)],
  ['POST', `${ue}/sendsms`, related, multipart({ smsRecordId: '2', smsPayload: { contentId: 'sms' } },
    'application/vnd.3gpp.sms', 'sms', delivered)],
  ['DELETE', ue, {}, ''],
  ['DELETE', '/nsmsf-sms/v2/ue-contexts/imsi-001010000000404', {}, ''],
];

function ask() {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const next = (i) => {
    if (i === script.length) {
      session.close();
      return;
    }
    const [method, path, headers, body] = script[i];
    const request = session.request({ ':method': method, ':path': path, ...headers }, { endStream: !body.length });
    request.on('close', () => next(i + 1));
    request.resume();
    if (body.length) request.end(body);
  };
  next(0);
}

(what === 'serve' ? serve : ask)();
