#!/usr/bin/env bash
# MediaWiki (Debian's package, 1.39 in Debian 12): install.php and createAndPromote.php. SQLite or an empty MariaDB
# database, as the URL says.
# Every run 1 s; nothing in the cache, the Debian packages are some 330 MB with PHP.
. "$(dirname "$0")/common.sh"
database "${1:-}"
only sqlite mariadb
wiki=/usr/share/mediawiki/maintenance
debian mediawiki $wiki/install.php
debian php-cli php
for extension in mbstring xml intl; do debian php-$extension /usr/lib/php/*/$extension.so; done
if [ $kind = sqlite ]; then
    debian php-sqlite3 /usr/lib/php/*/pdo_sqlite.so
else
    debian php-mysql /usr/lib/php/*/mysqli.so
fi
debian_done
scratch
if [ $kind = sqlite ]; then
    # The installer names the file itself, and gives the folder other permissions: it works in a folder of its own.
    mkdir "$scratch/data"
    to=(--dbtype sqlite --dbpath "$scratch/data" --dbname wiki)
else
    to=(--dbtype mysql --dbserver "$db_host:$db_port" --dbname "$db_name" --dbuser "$db_user" --dbpass "$db_password"
        --installdbuser "$db_user" --installdbpass "$db_password")
fi
run php $wiki/install.php "${to[@]}" --confpath "$scratch" --scriptpath /w --server http://localhost \
    --pass 'Another-Horse-9' River Root
conf=(--conf "$scratch/LocalSettings.php")
run php $wiki/createAndPromote.php "${conf[@]}" --sysop --custom-groups bot Ada "$password"
run php $wiki/createAndPromote.php "${conf[@]}" Grace "$password"
# createAndPromote.php has no options for these.
cat >"$scratch/people.php" <<'PHP'
<?php
require_once '/usr/share/mediawiki/maintenance/Maintenance.php';
class People extends Maintenance
{
    public function execute()
    {
        $people = ['Ada' => ['Ada@Example.com', 'Ada Pontis'], 'Grace' => ['grace@example.com', '']];
        foreach ($people as $name => [$email, $real]) {
            $user = User::newFromName($name);
            $user->setEmail($email);
            $user->setRealName($real);
            if ($name === 'Ada') $user->confirmEmail();
            $user->saveSettings();
        }
        // One group that she is in for a while yet, and one that she no longer is in.
        $groups = MediaWiki\MediaWikiServices::getInstance()->getUserGroupManager();
        foreach (['interface-admin' => '20991231235959', 'bureaucrat' => '20200101000000'] as $group => $end) {
            $groups->addUserToGroup(User::newFromName('Ada'), $group, $end);
        }
    }
}
$maintClass = People::class;
require_once RUN_MAINTENANCE_IF_MAIN;
PHP
run php "$scratch/people.php" "${conf[@]}"
[ $kind = mariadb ] || cp "$scratch/data/wiki.sqlite" "$file"
echo "$name: $kind"
