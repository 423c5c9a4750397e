-- server: sqlite
-- source: WebMatrix.WebData 3: public SQL Server scripts of webpages_Membership and UserProfile; the roles from memory
-- identifier: ada@example.com
-- disabled: grace@example.com
-- password: supersecret
create table UserProfile (UserId integer not null primary key autoincrement, UserName nvarchar(56) not null unique collate nocase);
create table webpages_Membership (
  UserId int not null primary key, CreateDate datetime, ConfirmationToken nvarchar(128), IsConfirmed bit default 0,
  LastPasswordFailureDate datetime, PasswordFailuresSinceLastSuccess int not null default 0,
  Password nvarchar(128) not null, PasswordChangedDate datetime, PasswordSalt nvarchar(128) not null,
  PasswordVerificationToken nvarchar(128), PasswordVerificationTokenExpirationDate datetime);
create table webpages_Roles (RoleId integer not null primary key autoincrement, RoleName nvarchar(256) not null unique collate nocase);
create table webpages_UsersInRoles (
  UserId int not null constraint fk_UserId references UserProfile (UserId),
  RoleId int not null constraint fk_RoleId references webpages_Roles (RoleId), primary key (UserId, RoleId));
create table webpages_OAuthMembership (
  Provider nvarchar(30) not null, ProviderUserId nvarchar(100) not null, UserId int not null,
  primary key (Provider, ProviderUserId));
insert into UserProfile values (1, 'Ada@Example.com'), (2, 'grace@example.com'), (3, 'joan'), (4, 'oauth@example.org');
insert into webpages_Membership values
  (1, '2013-01-01 00:00:00.000', null, 1, null, 0,
   'AI0060+guxTYvJPL3kEqAzDwW3Avnpbd7+lTXM/K8ft7433JMy1PS/pSmhBIX3xotw==', '2013-01-01 00:00:00.000', '', null, null),
  (2, '2013-01-01 00:00:00.000', 'vGGFBw1kKfQ4tMWTqIK9vA2', 0, null, 0,
   'AI0060+guxTYvJPL3kEqAzDwW3Avnpbd7+lTXM/K8ft7433JMy1PS/pSmhBIX3xotw==', '2013-01-01 00:00:00.000', '', null, null),
  (3, '2013-01-01 00:00:00.000', null, 1, null, 0,
   'AI0060+guxTYvJPL3kEqAzDwW3Avnpbd7+lTXM/K8ft7433JMy1PS/pSmhBIX3xotw==', '2013-01-01 00:00:00.000', '', null, null);
insert into webpages_Roles values (1, 'Admin'), (2, 'Editor');
insert into webpages_UsersInRoles values (1, 1), (1, 2);
insert into webpages_OAuthMembership values ('google', '1079', 4);
