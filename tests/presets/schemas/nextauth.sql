-- server: postgres
-- source: Auth.js 5, the documented Prisma schema for PostgreSQL as public projects hold it, with a password column
-- identifier: ada@example.com
-- password: S3cret-Pass
create table "User" (
  "id" text not null, "name" text, "email" text not null, "emailVerified" timestamp(3), "image" text, "password" text,
  "role" text not null default 'user', "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null, constraint "User_pkey" primary key ("id"));
create table "Account" (
  "userId" text not null constraint "Account_userId_fkey" references "User" ("id") on delete cascade on update cascade,
  "type" text not null, "provider" text not null, "providerAccountId" text not null, "refresh_token" text,
  "access_token" text, "expires_at" integer, "token_type" text, "scope" text, "id_token" text, "session_state" text,
  "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null,
  constraint "Account_pkey" primary key ("provider", "providerAccountId"));
create table "Session" (
  "sessionToken" text not null, "userId" text not null references "User" ("id") on delete cascade on update cascade,
  "expires" timestamp(3) not null, "createdAt" timestamp(3) not null default current_timestamp, "updatedAt" timestamp(3) not null);
create table "VerificationToken" (
  "identifier" text not null, "token" text not null, "expires" timestamp(3) not null,
  constraint "VerificationToken_pkey" primary key ("identifier", "token"));
create unique index "User_email_key" on "User" ("email");
create unique index "Session_sessionToken_key" on "Session" ("sessionToken");
insert into "User" values
  ('clh3k2b9x0000qzrmn831i7rn', 'Ada Lovelace', 'Ada@Example.com', '2023-01-01', 'https://example.com/ada.png',
   '$2b$06$5RdkE8w.Pe3v4Y1OvauZQeOF6Qx8/GeBHyghFCandKn9tRrtjP.P2', 'admin', '2023-01-01', '2023-01-01'),
  ('clh3k2b9x0001qzrmn831i7rn', null, 'grace@example.com', null, null,
   '$2b$06$5RdkE8w.Pe3v4Y1OvauZQeOF6Qx8/GeBHyghFCandKn9tRrtjP.P2', 'user', '2023-01-01', '2023-01-01'),
  ('clh3k2b9x0002qzrmn831i7rn', 'Joan', 'joan@example.org', '2023-01-01', null, null, 'user', '2023-01-01', '2023-01-01');
insert into "Account" values
  ('clh3k2b9x0002qzrmn831i7rn', 'oauth', 'github', '1079', null, 'token', null, 'bearer', 'read:user', null, null, '2023-01-01', '2023-01-01');
