-- server: postgres
-- source: ASP.NET Core Identity 8 with Npgsql (first migration of the template, schema version 1); from memory
-- identifier: ada@example.com
-- identifier: ADA.L
-- disabled: grace@example.com
-- password: my password
create table "AspNetRoles" (
  "Id" text not null constraint "PK_AspNetRoles" primary key,
  "Name" varchar(256), "NormalizedName" varchar(256), "ConcurrencyStamp" text);
create unique index "RoleNameIndex" on "AspNetRoles" ("NormalizedName");
create table "AspNetUsers" (
  "Id" text not null constraint "PK_AspNetUsers" primary key,
  "UserName" varchar(256), "NormalizedUserName" varchar(256), "Email" varchar(256), "NormalizedEmail" varchar(256),
  "EmailConfirmed" boolean not null, "PasswordHash" text, "SecurityStamp" text, "ConcurrencyStamp" text,
  "PhoneNumber" text, "PhoneNumberConfirmed" boolean not null, "TwoFactorEnabled" boolean not null,
  "LockoutEnd" timestamp with time zone, "LockoutEnabled" boolean not null, "AccessFailedCount" integer not null);
create index "EmailIndex" on "AspNetUsers" ("NormalizedEmail");
create unique index "UserNameIndex" on "AspNetUsers" ("NormalizedUserName");
create table "AspNetUserRoles" (
  "UserId" text not null constraint "FK_AspNetUserRoles_AspNetUsers_UserId" references "AspNetUsers" ("Id") on delete cascade,
  "RoleId" text not null constraint "FK_AspNetUserRoles_AspNetRoles_RoleId" references "AspNetRoles" ("Id") on delete cascade,
  constraint "PK_AspNetUserRoles" primary key ("UserId", "RoleId"));
create index "IX_AspNetUserRoles_RoleId" on "AspNetUserRoles" ("RoleId");
insert into "AspNetRoles" values
  ('5f3b6f5e-0d0f-4f0c-9a37-1f1b7a0c0001', 'Admin', 'ADMIN', null),
  ('5f3b6f5e-0d0f-4f0c-9a37-1f1b7a0c0002', 'Editor', 'EDITOR', null);
insert into "AspNetUsers" values
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0001', 'Ada.L', 'ADA.L', 'Ada@Example.com', 'ADA@EXAMPLE.COM', true,
   'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw', 'QNTVXK6BBJYYGXJ5CZ5PMLC2IQWY5T4F',
   '7a1c4f34-5b6e-4d43-a58c-5cb16a6f0001', '+14155550101', true, false, '2020-02-03 10:00:00+00', true, 0),
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0002', 'grace@example.com', 'GRACE@EXAMPLE.COM', 'grace@example.com',
   'GRACE@EXAMPLE.COM', true, 'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
   'QNTVXK6BBJYYGXJ5CZ5PMLC2IQWY5T4G', null, null, false, false, '9999-12-31 23:59:59.9999999+00', true, 0),
  -- A lock counts for nothing where locking is off; a user of an external login has no hash.
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0003', 'joan', 'JOAN', 'joan@example.org', 'JOAN@EXAMPLE.ORG', false, null,
   null, null, null, false, false, '2999-01-01 00:00:00+00', false, 3);
insert into "AspNetUserRoles" values
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0001', '5f3b6f5e-0d0f-4f0c-9a37-1f1b7a0c0001'),
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0001', '5f3b6f5e-0d0f-4f0c-9a37-1f1b7a0c0002');
