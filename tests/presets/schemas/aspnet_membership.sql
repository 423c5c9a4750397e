-- server: sqlite
-- source: .NET Framework 4.8, InstallCommon.sql, InstallMembership.sql and InstallRoles.sql of aspnet_regsql; from memory
-- identifier: ADA@example.com
-- identifier: ada.l
-- disabled: grace@example.com
-- password: testPassword
create table aspnet_Applications (
  ApplicationName nvarchar(256) not null unique collate nocase,
  LoweredApplicationName nvarchar(256) not null unique collate nocase,
  ApplicationId uniqueidentifier not null primary key, Description nvarchar(256));
create index aspnet_Applications_Index on aspnet_Applications (LoweredApplicationName);
create table aspnet_Users (
  ApplicationId uniqueidentifier not null references aspnet_Applications (ApplicationId),
  UserId uniqueidentifier not null primary key, UserName nvarchar(256) not null collate nocase,
  LoweredUserName nvarchar(256) not null collate nocase, MobileAlias nvarchar(16) default null,
  IsAnonymous bit not null default 0, LastActivityDate datetime not null);
create unique index aspnet_Users_Index on aspnet_Users (ApplicationId, LoweredUserName);
create index aspnet_Users_Index2 on aspnet_Users (ApplicationId, LastActivityDate);
create table aspnet_Membership (
  ApplicationId uniqueidentifier not null references aspnet_Applications (ApplicationId),
  UserId uniqueidentifier not null primary key references aspnet_Users (UserId),
  Password nvarchar(128) not null, PasswordFormat int not null default 0, PasswordSalt nvarchar(128) not null,
  MobilePIN nvarchar(16), Email nvarchar(256) collate nocase, LoweredEmail nvarchar(256) collate nocase,
  PasswordQuestion nvarchar(256), PasswordAnswer nvarchar(128), IsApproved bit not null, IsLockedOut bit not null,
  CreateDate datetime not null, LastLoginDate datetime not null, LastPasswordChangedDate datetime not null,
  LastLockoutDate datetime not null, FailedPasswordAttemptCount int not null,
  FailedPasswordAttemptWindowStart datetime not null, FailedPasswordAnswerAttemptCount int not null,
  FailedPasswordAnswerAttemptWindowStart datetime not null, Comment ntext);
create index aspnet_Membership_Index on aspnet_Membership (ApplicationId, LoweredEmail);
create table aspnet_Roles (
  ApplicationId uniqueidentifier not null references aspnet_Applications (ApplicationId),
  RoleId uniqueidentifier not null primary key, RoleName nvarchar(256) not null collate nocase,
  LoweredRoleName nvarchar(256) not null collate nocase, Description nvarchar(256));
create unique index aspnet_Roles_index1 on aspnet_Roles (ApplicationId, LoweredRoleName);
create table aspnet_UsersInRoles (
  UserId uniqueidentifier not null references aspnet_Users (UserId),
  RoleId uniqueidentifier not null references aspnet_Roles (RoleId), primary key (UserId, RoleId));
create index aspnet_UsersInRoles_index on aspnet_UsersInRoles (RoleId);
insert into aspnet_Applications values
  ('/', '/', 'A0000000-0000-4000-8000-000000000001', null),
  ('/Shop', '/shop', 'A0000000-0000-4000-8000-000000000002', null);
insert into aspnet_Users values
  ('A0000000-0000-4000-8000-000000000001', 'B0000000-0000-4000-8000-000000000001', 'Ada.L', 'ada.l', null, 0, '2023-01-02 03:04:05.000'),
  ('A0000000-0000-4000-8000-000000000001', 'B0000000-0000-4000-8000-000000000002', 'Grace', 'grace', null, 0, '2023-01-02 03:04:05.000'),
  ('A0000000-0000-4000-8000-000000000002', 'B0000000-0000-4000-8000-000000000003', 'Ada.L', 'ada.l', null, 0, '2023-01-02 03:04:05.000');
insert into aspnet_Membership values
  ('A0000000-0000-4000-8000-000000000001', 'B0000000-0000-4000-8000-000000000001', 'UQgnz/vPWap9UeD8Dhaw3h/fgFA=', 1,
   'fGJ2wn/5WlzqQoDeCA2kXA==', null, 'Ada@Example.com', 'ada@example.com', null, null, 1, 0, '2010-01-01 00:00:00.000',
   '2023-01-02 03:04:05.000', '2010-01-01 00:00:00.000', '1754-01-01 00:00:00.000', 0, '1754-01-01 00:00:00.000', 0,
   '1754-01-01 00:00:00.000', null),
  ('A0000000-0000-4000-8000-000000000001', 'B0000000-0000-4000-8000-000000000002', 'UQgnz/vPWap9UeD8Dhaw3h/fgFA=', 1,
   'fGJ2wn/5WlzqQoDeCA2kXA==', null, 'grace@example.com', 'grace@example.com', null, null, 1, 1, '2010-01-01 00:00:00.000',
   '2023-01-02 03:04:05.000', '2010-01-01 00:00:00.000', '2023-01-02 03:04:05.000', 5, '2023-01-02 03:04:05.000', 0,
   '1754-01-01 00:00:00.000', null),
  -- The same person in another application.
  ('A0000000-0000-4000-8000-000000000002', 'B0000000-0000-4000-8000-000000000003', 'other', 0,
   'fGJ2wn/5WlzqQoDeCA2kXA==', null, 'Ada@Example.com', 'ada@example.com', null, null, 1, 0, '2010-01-01 00:00:00.000',
   '2023-01-02 03:04:05.000', '2010-01-01 00:00:00.000', '1754-01-01 00:00:00.000', 0, '1754-01-01 00:00:00.000', 0,
   '1754-01-01 00:00:00.000', null);
insert into aspnet_Roles values
  ('A0000000-0000-4000-8000-000000000001', 'C0000000-0000-4000-8000-000000000001', 'Admin', 'admin', null),
  ('A0000000-0000-4000-8000-000000000001', 'C0000000-0000-4000-8000-000000000002', 'Editor', 'editor', null);
insert into aspnet_UsersInRoles values
  ('B0000000-0000-4000-8000-000000000001', 'C0000000-0000-4000-8000-000000000001'),
  ('B0000000-0000-4000-8000-000000000001', 'C0000000-0000-4000-8000-000000000002');
