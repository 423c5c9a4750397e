// The three routes as a good Node engineer writes them in an afternoon: Fastify, pg, jose, the native bcrypt.
//
// Environment: PORT, DATABASE_URL, ISSUER, AUDIENCE, WORKERS, TOKEN_CACHE (1: a token is verified once).
import cluster from 'node:cluster';
import { pbkdf2, randomUUID, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import bcrypt from 'bcrypt';
import Fastify from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import pg from 'pg';

const { PORT, DATABASE_URL, ISSUER, AUDIENCE, TOKEN_CACHE } = process.env;
const WORKERS = Number(process.env.WORKERS ?? 2);
const DECOY = '$2b$10$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe';
const FIND = {
    name: 'find',
    text: `select u.id, u.email, u.username, u.full_name, u.is_active, u.plan_code, u.password,
             (select m.migrated_at from drawbridge_migrated_users m where m.user_id = 'legacy|' || u.id) as migrated_at
           from users u where lower(u.email) = lower($1) or lower(u.username) = lower($1) limit 2`,
};
const MARK = {
    name: 'mark',
    text: `with marked as (insert into drawbridge_migrated_users (user_id, migrated_at, marked_by)
             select 'legacy|' || u.id, now() at time zone 'utc', $2 from users u where u.id = $1
             on conflict do nothing returning user_id, migrated_at, true as newly_marked)
           select user_id, newly_marked, to_char(migrated_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as migrated_at
           from (select * from marked union all select user_id, migrated_at, false
                 from drawbridge_migrated_users where user_id = 'legacy|' || $1::bigint) told limit 1`,
};

class Problem extends Error {
    constructor(status, code) {
        super(code);
        Object.assign(this, { status, code });
    }
}

// The thread pool of libuv verifies tokens, too: unbounded, logins would make every other request wait.
class Turnstile {
    #free;
    #waiting = [];

    constructor(width) {
        this.#free = width;
    }

    async pass(work) {
        if (this.#free > 0) this.#free -= 1;
        else await new Promise((go) => this.#waiting.push(go));
        try {
            return await work();
        } finally {
            const next = this.#waiting.shift();
            if (next) next();
            else this.#free += 1;
        }
    }
}

const hashing = new Turnstile(Math.max(1, Math.floor(availableParallelism() / WORKERS)));
const derive = promisify(pbkdf2);

async function matches(password, stored) {
    if (!stored.startsWith('pbkdf2_sha256$')) return bcrypt.compare(password, stored);
    const [, rounds, salt, digest] = stored.split('$');
    const expected = Buffer.from(digest, 'base64');
    return timingSafeEqual(await derive(password, salt, Number(rounds), expected.length, 'sha256'), expected);
}

const jwks = createRemoteJWKSet(new URL('.well-known/jwks.json', ISSUER));
const known = new Map();

async function claimsOf(token) {
    const seen = known.get(token);
    if (seen && seen.exp * 1000 > Date.now()) return seen;
    let claims;
    try {
        const rules = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['RS256'], requiredClaims: ['exp'], clockTolerance: 30 };
        claims = (await jwtVerify(token, jwks, rules)).payload;
    } catch {
        throw new Problem(401, 'invalid_token');
    }
    if (TOKEN_CACHE === '1') {
        if (known.size >= 10_000) known.clear();
        known.set(token, claims);
    }
    return claims;
}

function gate(scope) {
    return async (request) => {
        const header = request.headers.authorization ?? '';
        if (!header.startsWith('Bearer ')) throw new Problem(401, 'invalid_token');
        const claims = await claimsOf(header.slice(7));
        const client = claims.azp ?? claims.client_id;
        if (!client || claims.sub !== `${client}@clients`) throw new Problem(403, 'not_a_client_token');
        if (!(claims.scope ?? '').split(' ').includes(scope)) throw new Problem(403, 'insufficient_scope');
        request.client = client;
    };
}

const text = { type: 'string', minLength: 1 };
const body = (properties) => ({ type: 'object', required: Object.keys(properties), additionalProperties: false, properties });
const profileSchema = {
    type: 'object',
    properties: {
        user_id: text,
        email: text,
        email_verified: { type: 'boolean' },
        username: text,
        name: text,
        metadata: { type: 'object', properties: { plan: text } },
    },
};

function serve() {
    const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 8, idleTimeoutMillis: 0 });
    const app = Fastify({
        bodyLimit: 8192,
        keepAliveTimeout: 75_000,
        ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
        genReqId: () => randomUUID(),
    });
    app.decorateRequest('client', null);
    app.addHook('onSend', async (request, reply) => {
        reply.header('cache-control', 'no-store').header('x-request-id', request.id);
    });
    app.setErrorHandler((error, request, reply) => {
        const told = error.validation || error.statusCode === 400 ? new Problem(400, 'invalid_request') : error;
        const { status, code } = told instanceof Problem ? told : new Problem(503, 'database_unavailable');
        reply.code(status).type('application/problem+json');
        return { type: 'about:blank', title: code, status, code, request_id: request.id };
    });

    async function find(identifier) {
        const { rows } = await pool.query({ ...FIND, values: [identifier] });
        if (rows.length > 1) throw new Problem(409, 'ambiguous_user');
        return rows[0]?.migrated_at ? undefined : rows[0];
    }

    const profile = (user) => ({
        user_id: `legacy|${user.id}`,
        email: user.email,
        email_verified: false,
        username: user.username,
        name: user.full_name,
        metadata: { plan: user.plan_code },
    });

    const route = (name, properties, answer) => ({
        onRequest: gate(`legacy:${name}`),
        schema: { body: body(properties), ...(answer && { response: { 200: answer } }) },
    });
    app.post('/get_user', route('get_user', { identifier: text }, profileSchema), async (request) => {
        const user = await find(request.body.identifier);
        if (!user?.is_active) throw new Problem(404, 'user_not_found');
        return profile(user);
    });
    const login = { identifier: text, password: { type: 'string' } };
    app.post('/login', route('login', login, profileSchema), async (request) => {
        const user = await find(request.body.identifier);
        const right = await hashing.pass(() => matches(request.body.password, user?.password ?? DECOY));
        if (!user) throw new Problem(404, 'user_not_found');
        if (!user.password) throw new Problem(422, 'no_password');
        if (!right) throw new Problem(422, 'wrong_password');
        if (!user.is_active) throw new Problem(422, 'account_disabled');
        return profile(user);
    });
    app.post('/mark_migrated', route('mark_migrated', { user_id: text }), async (request) => {
        const key = /^(?:auth0\|)?(?:legacy\|)?([0-9]{1,18})$/.exec(request.body.user_id)?.[1];
        const { rows } = key ? await pool.query({ ...MARK, values: [key, request.client] }) : { rows: [] };
        if (rows.length === 0) throw new Problem(404, 'user_not_found');
        return rows[0];
    });
    return app.listen({ port: Number(PORT), host: '127.0.0.1' });
}

if (cluster.isPrimary) {
    for (let worker = 0; worker < WORKERS; worker += 1) cluster.fork();
    process.on('SIGTERM', () => {
        for (const worker of Object.values(cluster.workers)) worker.process.kill();
        process.exit(0);
    });
} else {
    await serve();
}
