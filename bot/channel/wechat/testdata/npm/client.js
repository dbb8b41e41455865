// Talks to a running server as WeChat does in safe mode (安全模式), with two libraries that other people wrote: one encrypts
// and the other decrypts, so a mistake would have to be made in both and in the server alike to stay unseen.
//
//   node client.js --url http://127.0.0.1:8080/wechat/gz --token T --key EncodingAESKey --appid wx... \
//     [--openid oFict1] [--text '路灯不亮'] [--expect 已登记] [--second-text '...'] [--second-expect '...']
//
// Prints one JSON line {"ok":true,"reply":"...","second":"..."} and ends with 0, or prints what is wrong and ends with 1. The
// first message is encrypted by one library, the second by the other, and each is sent twice. With --expect the reply has to
// contain those words; without it silence ("success") is accepted too. The second message says and expects the same as the
// first unless told otherwise.
'use strict';

const assert = require('node:assert');
const { randomBytes, randomInt } = require('node:crypto');
const { parseArgs } = require('node:util');
const wecom = require('@wecom/crypto');
const WXBizMsgCrypt = require('wechat-crypto');

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    key: { type: 'string' },
    appid: { type: 'string' },
    openid: { type: 'string', default: 'oFict0000000000000000000001' },
    text: { type: 'string', default: '学校门口路灯不亮' },
    expect: { type: 'string', default: '' },
    'second-text': { type: 'string' },
    'second-expect': { type: 'string' },
  },
});

const account = 'gh_0123456789ab';

const wecomLibrary = {
  name: '@wecom/crypto',
  encrypt: (xml) => wecom.encrypt(options.key, xml, options.appid),
  decrypt: (text) => wecom.decrypt(options.key, text),
  sign: (timestamp, nonce, text) => wecom.getSignature(options.token, timestamp, nonce, text),
};

const wechat = new WXBizMsgCrypt(options.token, options.key, options.appid);
const wechatLibrary = {
  name: 'wechat-crypto',
  encrypt: (xml) => wechat.encrypt(xml),
  decrypt: (text) => wechat.decrypt(text),
  sign: (timestamp, nonce, text) => wechat.getSignature(timestamp, nonce, text),
};

function element(xml, name) {
  const found = new RegExp(`<${name}>(?:<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|([^<]*))</${name}>`).exec(xml);
  assert(found, `no ${name} in ${xml}`);
  return found[1] ?? found[2];
}

function query(library, extra) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = String(randomInt(1e9));
  // The signature of the query covers no body: an empty part changes nothing.
  const signature = library.sign(timestamp, nonce, '');
  return new URLSearchParams({ signature, timestamp, nonce, ...extra });
}

async function echo(library) {
  const echostr = randomBytes(8).toString('hex');
  const response = await fetch(`${options.url}?${query(library, { echostr })}`);
  assert.strictEqual(response.status, 200, 'echo');
  assert.strictEqual(await response.text(), echostr, 'echo');
}

function message(id, text) {
  return `<xml><ToUserName><![CDATA[${account}]]></ToUserName><FromUserName><![CDATA[${options.openid}]]></FromUserName>`
    + `<CreateTime>${Math.floor(Date.now() / 1000)}</CreateTime><MsgType><![CDATA[text]]></MsgType>`
    + `<Content><![CDATA[${text}]]></Content><MsgId>${id}</MsgId></xml>`;
}

async function post(library, xml, spoil = (parameters) => parameters) {
  const encrypted = library.encrypt(xml);
  const parameters = query(library, { openid: options.openid, encrypt_type: 'aes' });
  parameters.set('msg_signature', library.sign(parameters.get('timestamp'), parameters.get('nonce'), encrypted));
  return fetch(`${options.url}?${spoil(parameters)}`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/xml' },
    body: `<xml><ToUserName><![CDATA[${account}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  });
}

// Returns the words of a reply, or '' for silence.
async function words(response, library) {
  assert.strictEqual(response.status, 200, 'status of the reply');
  const body = await response.text();
  if (body === 'success' || body === '') return '';
  const encrypted = element(body, 'Encrypt');
  const signature = library.sign(element(body, 'TimeStamp'), element(body, 'Nonce'), encrypted);
  assert.strictEqual(element(body, 'MsgSignature'), signature, 'signature of the reply');
  const { message: xml, id } = library.decrypt(encrypted);
  assert.strictEqual(id, options.appid, 'appid inside the reply');
  assert.strictEqual(element(xml, 'ToUserName'), options.openid);
  assert.strictEqual(element(xml, 'FromUserName'), account);
  assert.strictEqual(element(xml, 'MsgType'), 'text');
  return element(xml, 'Content');
}

async function converse(writer, reader, text, expected) {
  const xml = message(`${Date.now()}${randomInt(1e6)}`, text);
  const reply = await words(await post(writer, xml), reader);
  assert(reply.includes(expected), `${writer.name}: replied "${reply}", expected "${expected}"`);
  assert.strictEqual(await words(await post(writer, xml), reader), reply, 'reply to the same message again');
  return reply;
}

async function refuses(library) {
  const forged = await post(library, message('1', options.text), (parameters) => {
    parameters.set('msg_signature', parameters.get('signature'));
    return parameters;
  });
  assert.strictEqual(forged.status, 403, 'forged body');
  const plain = await fetch(`${options.url}?${query(library, {})}`, { method: 'POST', body: message('2', options.text) });
  assert.strictEqual(plain.status, 403, 'plain body in safe mode');
}

async function main() {
  await echo(wecomLibrary);
  await refuses(wecomLibrary);
  const { text, expect } = options;
  const reply = await converse(wecomLibrary, wechatLibrary, text, expect);
  const second = await converse(wechatLibrary, wecomLibrary, options['second-text'] ?? text, options['second-expect'] ?? expect);
  console.log(JSON.stringify({ ok: true, reply, second }));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
