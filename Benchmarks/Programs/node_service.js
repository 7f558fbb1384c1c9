// node_service.js PORT API_PORT SECRET_FILE [CERTIFICATE KEY]: live sync as a team would write it,
// with the package "ws" and fetch: a message is written to the API, then sent to all who have
// joined. The gateway's messages, without its order, limits, history and repeats.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { WebSocketServer } = require('ws');

const [port, apiPort, secretFile, certificate, key] = process.argv.slice(2);
const secret = fs.readFileSync(secretFile);
const api = `http://127.0.0.1:${apiPort}/api/notes/`;
const rooms = new Map();

function userOf(token) {
  const [header, payload, signature] = token.split('.');
  const expected = crypto.createHmac('sha256', secret).update(`${header}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) return null;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return claims.exp * 1000 > Date.now() ? claims.sub : null;
}

function send(socket, message) {
  socket.send(JSON.stringify(message));
}

function authenticate(socket, message) {
  socket.userId = userOf(message.token);
  socket.token = message.token;
  send(socket, socket.userId
    ? { type: 'auth_success', message: 'Authentication successful', userId: socket.userId }
    : { type: 'auth_failed', message: 'Authentication failed', reason: 'auth-failed' });
}

async function join(socket, { noteId }) {
  const headers = { authorization: `Bearer ${socket.token}` };
  const answer = await fetch(api + noteId, { headers });
  const note = await answer.text();
  if (!answer.ok || note === '') {
    return send(socket, { type: 'error', message: 'Not found', noteId });
  }
  if (!rooms.has(noteId)) rooms.set(noteId, new Set());
  rooms.get(noteId).add(socket);
  socket.on('close', () => rooms.get(noteId).delete(socket));
  send(socket, { type: 'note_joined', noteId, message: 'Joined' });
}

async function update(socket, { noteId, changes }) {
  const answer = await fetch(api + noteId, {
    method: 'PUT',
    headers: { authorization: `Bearer ${socket.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(changes),
  });
  const updatedNote = await answer.json();
  if (!answer.ok) return send(socket, { type: 'error', message: 'Failed to update note', noteId });
  const timestamp = Date.now();
  const fromUserId = socket.userId;
  const sync = { type: 'note_sync', noteId, changes, updatedNote, timestamp, fromUserId };
  // Encoded once for all; many would do it once for each.
  const text = Buffer.from(JSON.stringify(sync));
  for (const member of rooms.get(noteId) ?? []) {
    if (member !== socket) member.send(text, { binary: false });
  }
  send(socket, { type: 'note_update_success', noteId, updatedNote, timestamp });
}

function receive(socket, message) {
  if (message.type === 'auth') return authenticate(socket, message);
  if (!socket.userId) return send(socket, { type: 'error', message: 'Authentication required' });
  if (message.type === 'join_note') return join(socket, message);
  if (message.type === 'note_update') return update(socket, message);
  return send(socket, { type: 'error', message: 'Unknown message type' });
}

const server = certificate
  ? https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) })
  : http.createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', async (data) => {
    try {
      await receive(socket, JSON.parse(data));
    } catch (error) {
      send(socket, { type: 'error', message: String(error) });
    }
  });
  send(socket, { type: 'connection_established', message: 'Please authenticate to continue' });
});
server.listen(Number(port), '127.0.0.1', 4096);
