// Owns what stands between tollgate and Prism for `ci/conformance`: the part of GitHub's description that tollgate asks for, a front that
// writes down what was asked and what the description says to it, and a back that puts the ids of a real repository into examples, since
// tollgate takes no object under an id that is not its own. Refuses to know a route: those stand in src/source/forge alone.
//
//   prune DESCRIPTION SOURCES FOLDER    writes the part, and the routes of the sources
//   serve FOLDER REPOSITORY             says `ports FRONT BACK MOCK PROXY`, and serves the first two
//   judge FOLDER                        fails on what was refused, and on routes that nobody asked for
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';

const REPOSITORY = '/repos/acme/kestrel';
const WAYS = ['get', 'post', 'patch'];
/** What stands for a name. */
const ANY = 'ANY';

const read = (...names) => JSON.parse(fs.readFileSync(path.join(...names), 'utf8'));
const reached = (description, ref) => ref.slice(2).split('/').reduce((at, key) => at[key.replace(/~1/g, '/').replace(/~0/g, '~')], description);

/** The path of the description that a route is one of; a parameter takes what it is said to take. */
function template(description, route) {
  const taken = (known, item) => {
    const parameters = [...(item.parameters ?? []), ...WAYS.flatMap((way) => item[way]?.parameters ?? [])];
    const whole = parameters.map((one) => (one.$ref ? reached(description, one.$ref) : one));
    const wide = (name) => whole.some((one) => one.in === 'path' && one.name === name && one['x-multi-segment']);
    const parts = known.split(/(\{[^}]+\})/).map((part) =>
      part.startsWith('{') ? (wide(part.slice(1, -1)) ? '(.+)' : '([^/]+)') : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('')}$`).exec(route);
  };
  // The path with the most words of its own is the one that is meant.
  const words = (known) => known.replace(/\{[^}]+\}/g, '').length;
  const known = Object.keys(description.paths).sort((a, b) => words(b) - words(a));
  for (const one of known) {
    const found = taken(one, description.paths[one]);
    if (!found) continue;
    const names = (one.match(/\{[^}]+\}/g) ?? []).map((name) => name.slice(1, -1));
    return { path: one, values: Object.fromEntries(names.map((name, n) => [name, decodeURIComponent(found[n + 1])])) };
  }
  return undefined;
}

/**
 * The routes that the sources write, by what asks for them: texts that are a path of the description below a repository, or by themselves.
 * A text of one word that is none is no route; one with a slash has to be one.
 */
function routes(description, sources) {
  const found = new Map();
  for (const name of fs.readdirSync(sources).filter((name) => name.endsWith('.rs'))) {
    const [code] = fs.readFileSync(path.join(sources, name), 'utf8').split('#[cfg(test)]');
    if (!code.includes('Talk::new')) continue;
    // Without those that say where in an answer something stands.
    const texts = code.replace(/^\s*\/\/.*$/gm, '').replace(/pointer\("[^"]*"\)/g, '').matchAll(/"((?:[^"\\\n]|\\.)*)"/g);
    for (const [, text] of texts) {
      if (/\s|^refs\//.test(text) || (text && !/[a-z]/.test(text.replace(/\{[^}]*\}/g, '')))) continue;
      const below = text.split('?')[0].replace(/^\{(?:route|prefix)?\}/, '').replace(/\{[^}]*\}/g, ANY).replace(/\/$/, `/${ANY}`);
      const whole = below.startsWith('/') ? [below, REPOSITORY + below] : [below ? `${REPOSITORY}/${below}` : REPOSITORY];
      const route = whole.find((one) => template(description, one));
      if (route) found.set(route, { path: template(description, route).path, where: `${name}: "${text}"` });
      else if (text.includes('/')) throw new Error(`${name}: "${text}" is no path of the description`);
    }
  }
  return found;
}

function prune(file, sources, folder) {
  const description = read(file);
  const asked = routes(description, sources);
  const paths = Object.fromEntries([...asked.values()].map(({ path: known }) => {
    const item = description.paths[known];
    return [known, Object.fromEntries(Object.entries(item).filter(([key]) => WAYS.includes(key) || key === 'parameters'))];
  }));
  const part = { openapi: description.openapi, info: description.info, paths, components: {} };
  const take = (value) => {
    if (typeof value !== 'object' || value === null) return;
    if (typeof value.$ref === 'string') {
      const [, , kind, name] = value.$ref.split('/');
      part.components[kind] ??= {};
      if (!part.components[kind][name]) take((part.components[kind][name] = reached(description, value.$ref)));
    }
    Object.values(value).forEach(take);
  };
  take(paths);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'description.json'), JSON.stringify(part));
  fs.writeFileSync(path.join(folder, 'routes.json'), JSON.stringify([...asked]));
  fs.writeFileSync(path.join(folder, 'asked.jsonl'), '');
  console.log(`${asked.size} routes in the sources`);
}

/** What of an answer is this repository's, by path. */
function ours(repository) {
  const git = (...args) => execFileSync('git', ['-C', repository, ...args], { maxBuffer: 1 << 26 });
  const text = (...args) => git(...args).toString();
  const reference = (name, old) => {
    const sha = text('rev-parse', name).trim();
    return { ...old, ref: name, object: { ...old.object, sha, type: text('cat-file', '-t', sha).trim() } };
  };
  const person = (line) => {
    const [, name, email, seconds] = /^\w+ (.*) <(.*)> (\d+) /.exec(line);
    return { name, email, date: new Date(seconds * 1000).toISOString().replace('.000Z', 'Z') };
  };
  const line = (raw, key) => raw.split('\n').find((one) => one.startsWith(`${key} `));
  const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };
  return {
    '/repos/{owner}/{repo}': (old) => ({ ...old, default_branch: 'main', owner: { ...old.owner, login: 'acme', type: 'Organization' } }),
    '/repos/{owner}/{repo}/git/ref/{ref}': (old, { ref: name }) => reference(`refs/${name}`, old),
    '/repos/{owner}/{repo}/git/matching-refs/{ref}': (old, { ref: name }) =>
      text('for-each-ref', '--format=%(refname)', `refs/${name}`).split('\n').filter(Boolean).map((full) => reference(full, old[0] ?? {})),
    '/repos/{owner}/{repo}/git/tags/{tag_sha}': (old, { tag_sha: id }) => {
      const raw = text('cat-file', 'tag', id);
      const at = raw.indexOf('-----BEGIN');
      const [payload, signature] = [raw.slice(0, at), raw.slice(at)];
      const object = { ...old.object, sha: line(raw, 'object').slice(7), type: line(raw, 'type').slice(5) };
      const verification = { ...unsigned, reason: 'unknown_key', payload, signature };
      return { ...old, sha: id, tag: line(raw, 'tag').slice(4), object, tagger: person(line(raw, 'tagger')), message: payload.split('\n\n')[1], verification };
    },
    '/repos/{owner}/{repo}/git/commits/{commit_sha}': (old, { commit_sha: id }) => {
      const raw = text('cat-file', 'commit', id);
      const [head] = raw.split('\n\n');
      const parents = head.split('\n').filter((one) => one.startsWith('parent ')).map((one) => ({ ...old.parents?.[0], sha: one.slice(7) }));
      const message = raw.slice(head.length + 2).trimEnd();
      const tree = { ...old.tree, sha: line(raw, 'tree').slice(5) };
      return { ...old, sha: id, tree, parents, message, author: person(line(raw, 'author')), committer: person(line(raw, 'committer')), verification: unsigned };
    },
    '/repos/{owner}/{repo}/git/trees/{tree_sha}': (old, { tree_sha: id }) => {
      const rows = text('ls-tree', '-l', id).split('\n').filter(Boolean).map((row) => /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/.exec(row));
      return { ...old, sha: id, truncated: false, tree: rows.map(([, mode, type, sha, size, name]) =>
        ({ path: name, mode, type, sha, ...(size === '-' ? {} : { size: Number(size) }) })) };
    },
    '/repos/{owner}/{repo}/git/blobs/{file_sha}': (old, { file_sha: id }) => {
      const bytes = git('cat-file', 'blob', id);
      return { ...old, sha: id, size: bytes.length, encoding: 'base64', content: bytes.toString('base64').replace(/.{60}/g, '$&\n') };
    },
    '/repos/{owner}/{repo}/compare/{base}...{head}': (old, { base, head }) =>
      ({ ...old, merge_base_commit: { ...old.merge_base_commit, sha: text('merge-base', base, head).trim() } }),
  };
}

/** Parameters that the description does not list; those of pages it leaves out where it says that there are some. */
function unlisted(description, known, way, query) {
  const item = description.paths[known];
  const full = (one) => (one.$ref ? reached(description, one.$ref) : one);
  const listed = [...(item.parameters ?? []), ...(item[way]?.parameters ?? [])].map(full).filter((one) => one.in === 'query').map((one) => one.name);
  const pages = full(item[way]?.responses?.['200'] ?? {}).headers?.Link ? ['page', 'per_page'] : [];
  const names = [...new URLSearchParams(query).keys()].filter((name) => ![...listed, ...pages].includes(name));
  return names.map((name) => `the description has no parameter "${name}"`);
}

const whole = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};

const ask = (port, method, url, headers, body) => new Promise((done, lost) => {
  const request = http.request({ host: '127.0.0.1', port, method, path: url, headers: { ...headers, host: `127.0.0.1:${port}` } }, (answer) =>
    whole(answer).then((bytes) => done({ status: answer.statusCode, headers: answer.headers, bytes }), lost));
  request.on('error', lost);
  request.end(body);
});

const listening = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

async function serve(folder, repository) {
  const description = read(folder, 'description.json');
  const amend = ours(repository);
  const at = (route) => template(description, route);
  for (const known of Object.keys(amend)) if (!description.paths[known]) throw new Error(`nothing asks for ${known} any more`);
  const free = async () => {
    const holder = net.createServer();
    const port = await listening(holder);
    await new Promise((done) => holder.close(done));
    return port;
  };
  const [mock, proxy] = [await free(), await free()];
  const handled = (handler) => http.createServer((request, answer) => whole(request).then((body) => handler(request, body)).then(
    ({ status, headers, bytes }) => {
      const kept = Object.entries(headers).filter(([name]) => !/^(transfer-encoding|content-length|connection)$/.test(name));
      answer.writeHead(status, { ...Object.fromEntries(kept), 'content-length': bytes.length, connection: 'close' }).end(bytes);
    },
    (problem) => answer.writeHead(599).end(String(problem))));

  const back = handled(async (request, body) => {
    const found = await ask(mock, request.method, request.url, request.headers, body);
    const [route, query] = request.url.split('?');
    const known = at(route);
    // An example names a next page on every page.
    const { link, 'sl-violations': before = '[]', ...headers } = found.headers;
    const last = Number(new URLSearchParams(query).get('page')) > 1;
    const more = { ...headers, 'x-before': before, ...(link && !last ? { link } : {}) };
    const change = request.method === 'GET' && found.status === 200 && amend[known?.path];
    if (found.status > 201) return { ...found, headers: more };
    // That a number which names something is not below zero goes without saying, and Prism makes up others.
    const positive = (key, value) => (/(^|_)id$/.test(key) && typeof value === 'number' ? Math.abs(value) : value);
    const answer = JSON.parse(found.bytes, positive);
    return { ...found, headers: more, bytes: Buffer.from(JSON.stringify(change ? change(answer, known.values) : answer)) };
  });
  const backPort = await listening(back);

  const front = handled(async (request, body) => {
    const [, kind, route, query] = /^\/(examples|dynamic)\/api\/v3([^?]*)(.*)$/.exec(request.url) ?? [];
    const known = route && at(route);
    const note = (more) => fs.appendFileSync(path.join(folder, 'asked.jsonl'), `${JSON.stringify({ way: request.method, url: request.url, route, ...more })}\n`);
    if (!known) {
      note({ refused: 'the description has no such path' });
      return { status: 404, headers: {}, bytes: Buffer.from('{"message":"Not Found"}') };
    }
    // Prism takes one segment for a parameter, also where the description says that there may be more.
    const url = known.path.replace(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(known.values[name]));
    // GitHub's own name of its JSON, which the description writes as JSON.
    const accept = request.headers.accept?.replace(/^application\/vnd\.github\+json$/, 'application/json');
    const prefer = kind === 'dynamic' ? { prefer: 'dynamic=true' } : {};
    const answer = await ask(proxy, request.method, url + query, { ...request.headers, accept, ...prefer }, body);
    const told = (header) => JSON.parse(answer.headers[header] ?? '[]').map((one) => `${one.location.join('.')} ${one.message}`);
    // Some published examples are not of their own schema; a request has to be, and what we put in.
    const before = new Set(told('x-before').filter((one) => !one.startsWith('request')));
    const bad = told('sl-violations').filter((one) => !before.has(one));
    bad.push(...unlisted(description, known.path, request.method.toLowerCase(), query));
    if (answer.status >= 400) bad.push(`status ${answer.status}: ${answer.bytes.toString().slice(0, 400)}`);
    note({ status: answer.status, ...(bad.length ? { refused: bad.join('; ') } : {}) });
    return answer;
  });
  console.log('ports', await listening(front), backPort, mock, proxy);
}

function judge(folder) {
  const asked = fs.readFileSync(path.join(folder, 'asked.jsonl'), 'utf8').split('\n').filter(Boolean).map((row) => JSON.parse(row));
  const refused = asked.filter((one) => one.refused);
  for (const one of refused) console.log(`refused: ${one.way} ${one.url}: ${one.refused}`);
  const of = (route) => new RegExp(`^${route.split(ANY).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')).join('[^?]+')}$`);
  const routes = read(folder, 'routes.json');
  const never = routes.filter(([route]) => !asked.some((one) => of(route).test(one.route)));
  for (const [route, { where }] of never) console.log(`nobody asked: ${route} (${where})`);
  console.log(`${asked.length} requests on ${routes.length} routes, ${refused.length} refused, ${never.length} routes never asked`);
  process.exitCode = refused.length || never.length || !asked.length ? 1 : 0;
}

const [, , what, ...rest] = process.argv;
await { prune, serve, judge }[what](...rest);
