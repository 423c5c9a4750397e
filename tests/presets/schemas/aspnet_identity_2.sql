-- server: sqlite
-- source: Microsoft.AspNet.Identity.EntityFramework 2.2 (code-first model of IdentityDbContext); from memory
-- identifier: ada@example.com
-- identifier: ADA.L
-- disabled: grace@example.com
-- password: supersecret
create table AspNetRoles (Id nvarchar(128) not null primary key, Name nvarchar(256) not null collate nocase);
create unique index RoleNameIndex on AspNetRoles (Name);
create table AspNetUsers (
  Id nvarchar(128) not null primary key, Email nvarchar(256) collate nocase, EmailConfirmed bit not null,
  PasswordHash nvarchar, SecurityStamp nvarchar, PhoneNumber nvarchar, PhoneNumberConfirmed bit not null,
  TwoFactorEnabled bit not null, LockoutEndDateUtc datetime, LockoutEnabled bit not null,
  AccessFailedCount int not null, UserName nvarchar(256) not null collate nocase);
create unique index UserNameIndex on AspNetUsers (UserName);
create table AspNetUserRoles (
  UserId nvarchar(128) not null references AspNetUsers (Id) on delete cascade,
  RoleId nvarchar(128) not null references AspNetRoles (Id) on delete cascade, primary key (UserId, RoleId));
create index IX_AspNetUserRoles_UserId on AspNetUserRoles (UserId);
create index IX_AspNetUserRoles_RoleId on AspNetUserRoles (RoleId);
insert into AspNetRoles values ('c0a1d5f0-0000-4000-8000-000000000001', 'Admin'), ('c0a1d5f0-0000-4000-8000-000000000002', 'Editor');
insert into AspNetUsers values
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0001', 'Ada@Example.com', 1,
   'AJERV+ZvwakXg+AP09yPDJtwucf/9+jsoAGoeB8CMTzr0bsEQL3IQ4StQ/8/EmwHFA==', '6f8f1f0e-9b0c-4a3f-8f11-000000000001',
   '+14155550101', 1, 0, '2020-02-03 10:00:00.000', 1, 0, 'Ada.L'),
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0002', 'grace@example.com', 1,
   'AJERV+ZvwakXg+AP09yPDJtwucf/9+jsoAGoeB8CMTzr0bsEQL3IQ4StQ/8/EmwHFA==', '6f8f1f0e-9b0c-4a3f-8f11-000000000002',
   null, 0, 0, '9999-12-31 00:00:00.000', 1, 0, 'grace@example.com'),
  -- A lock counts for nothing where locking is off; a user of an external login has no hash.
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0003', 'joan@example.org', 0, null, null, null, 0, 0,
   '2999-01-01 00:00:00.000', 0, 2, 'joan');
insert into AspNetUserRoles values
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0001', 'c0a1d5f0-0000-4000-8000-000000000001'),
  ('0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0001', 'c0a1d5f0-0000-4000-8000-000000000002');
