#!/usr/bin/perl
#
# Any mail of 50 MB is read in under two seconds of processor time and within
# three times its size in memory, whatever it is made of.

use v5.36;
use File::Temp qw(tempdir);
use Test::More;

my $LOKET = ($ENV{LOKET_BUILD} // 'build') . '/loket';
# Sanitizers take time and memory of their own: there it only has to work.
my $IS_MEASURED = !$ENV{LOKET_QUICK};
my $SIZE_BYTES = $IS_MEASURED ? 50_000_000 : 5_000_000;
# A header just below its limit, for what is worst when it is read.
my $HEADER_BYTES = 1_000_000;
my $CPU_S_MAX = 2;
my $MEMORY_FACTOR_MAX = 3;

my $FROM = "From: an\@klant.example\n";
my $TEXT = "${FROM}Subject: groot\n\n";
my $HTML = "${FROM}Content-Type: text/html\n\n";
my $MIXED = "${FROM}Content-Type: multipart/mixed; boundary=b\n\n";
my $BOUNCE = "Return-Path: <>\nFrom: mailer-daemon\@klant.example\n";
my $REPORT = "${BOUNCE}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
	. "--b\nContent-Type: message/delivery-status\n\n";

my $MANY_FIELDS = qr/too many header fields/;
my $MUCH_TEXT = qr/only the first \d+ bytes of text/;

my $dir = tempdir(CLEANUP => 1);

# Else the sanitizer measures the whole string each time that strstr() looks
# for something near its start.
$ENV{ASAN_OPTIONS} = join ':', grep { defined } $ENV{ASAN_OPTIONS}, 'intercept_strstr=0';

# What is repeated up to the size: start, unit, end, and what is warned of.
my %whole = (
	'boundary-like lines' => ["$MIXED--b\n\nHallo\n", "--x\n", '', qr/look like boundaries/],
	'lines that begin like the boundary' => ["$MIXED--b\n\nHallo\n", "--bb\n", '', qr/look like boundaries/],
	'parts' => [$MIXED, "--b\n\nx\n", '', qr/too many parts/],
	'header lines' => [$FROM, "X-A: x\n", "\nx\n", $MANY_FIELDS],
	'one folded field' => ["${FROM}X-A:", "\n x", "\n\nx\n", $MANY_FIELDS],
	'header lines of a part' => ["$MIXED--b\n", "X-A: x\n", "\nx\n", qr/header fields in its parts/],
	'words in fields of parts' => [$MIXED, "--b\nContent-Type: a/b; name=\"" . ' =?utf-8?q?x' x 5000 . "\"\n\nx\n", '',
		qr/too many/],
	'fields of parts' => [$MIXED, "--b\nContent-Type: text/plain" . ";\n name*1=x" x 1000 . "\n\nx\n", '',
		qr/too many/],
	'addresses' => ["${FROM}To: x\@b.example", ",\n a\@b.example", "\n\nHallo\n", $MANY_FIELDS],
	'address fields' => [$FROM, "To: a\@b.example\n", "\nHallo\n", $MANY_FIELDS],
	'900 levels' => [$FROM . nested(900), "--xxxxxxxxxxxxxxxx\n", '', qr/nested too deeply/],
	'900 levels of one boundary' => [$FROM . "Content-Type: multipart/mixed; boundary=b\n\n--b\n" x 900,
		"--b \t\n\n", '', qr/nested too deeply/],
	'mails in mails' => [$FROM, "Content-Type: message/rfc822\n\n", '', qr/^\[\]$/],
	'one line' => [$TEXT, 'x', '', $MUCH_TEXT],
	'one attachment' => ["$MIXED--b\n\nHallo\n--b\nContent-Type: application/pdf\n"
		. "Content-Transfer-Encoding: base64\n\n", 'QUJD' x 19 . "\n", "--b--\n", qr/^\[\]$/],
	'quoted lines' => [$TEXT, "> x\n", '', $MUCH_TEXT],
	'quote marks' => [$TEXT, '>', '', $MUCH_TEXT],
	'bars' => [$TEXT, "| x\n", '', $MUCH_TEXT],
	'empty lines' => [$TEXT, "\n", '', $MUCH_TEXT],
	'carriage returns' => [$TEXT, "\r", '', $MUCH_TEXT],
	'attributions' => [$TEXT, "Op 3 nov 2026 om 10:00 schreef Ann <a\@b.example>:\n", '', $MUCH_TEXT],
	'half attributions' => [$TEXT, "Op 3 a b:\n", '', $MUCH_TEXT],
	'header lines in the text' => [$TEXT, "From: a\@b.example\n", '', $MUCH_TEXT],
	'signature marks' => [$TEXT, "--\nx\n", '', $MUCH_TEXT],
	'armour' => [$TEXT, "-----BEGIN PGP MESSAGE-----\n", '', $MUCH_TEXT],
	'encoded words' => ["${FROM}Subject:", " =?utf-8?q?=5B=23?=\n", "\nHallo\n", $MANY_FIELDS],
	'base64 text' => ["${FROM}Content-Transfer-Encoding: base64\n\n", 'QUJD' x 19 . "\n", '', $MUCH_TEXT],
	'quoted-printable text' => ["${FROM}Content-Transfer-Encoding: quoted-printable\n\n", '=41', '', $MUCH_TEXT],
	'flowed text' => ["${FROM}Content-Type: text/plain; format=flowed\n\n", "> a \n", '', $MUCH_TEXT],
	'UTF-16' => ["${FROM}Content-Type: text/plain; charset=utf-16le\n\n", "\xd8\xd8", '', $MUCH_TEXT],
	'NUL bytes' => ['', "\0", '', qr/NUL bytes/],
	'no header' => ['', "x\n", '', qr/no header/],
	'HTML tags' => [$HTML, '<b>x</b>', '', $MUCH_TEXT],
	'open HTML tags' => [$HTML, '<div>', '', qr/HTML/],
	'HTML tables' => [$HTML, '<table><tr><td>', '', qr/HTML/],
	'HTML lists' => [$HTML, '<ol><li>', '', qr/HTML/],
	'HTML links' => [$HTML, '<a href=http://x>x', '', $MUCH_TEXT],
	'HTML attributes' => ["$HTML<a ", 'a=b ', '', $MUCH_TEXT],
	'HTML comments' => [$HTML, '<!--', '', $MUCH_TEXT],
	'parts of HTML' => [$MIXED, "--b\nContent-Type: text/html\n\n" . '<b>' x 25_000 . "\n", '', $MUCH_TEXT],
	'angle brackets' => [$HTML, '<', '', $MUCH_TEXT],
	'ampersands' => [$HTML, '&', '', $MUCH_TEXT],
	'Received' => ['', "Received: from a by b.example for <c\@d.example>; Mon, 23 Nov 2026 10:00:00 +0100\n",
		"$TEXT\n", $MANY_FIELDS],
	'References' => ["${FROM}References:", " <1\@b.example>\n", "\nHallo\n", $MANY_FIELDS],
	'parameter continuations' => ["${FROM}Content-Type: text/plain", ";\n a*0*=x", "\n\nHallo\n", $MANY_FIELDS],
	'results' => ["${FROM}Authentication-Results: mx.acme.example", '; dkim=pass', "\n\nHallo\n", $MANY_FIELDS],
	'groups of a report' => [$REPORT, "Final-Recipient: rfc822; a\@b.example\n\n", "--b--\n", qr/^\[\]$/],
	'one recipient of a letter' => ["${BOUNCE}\nIt could not be delivered to\n", "{To: a\@b.example<<\n", '', $MUCH_TEXT],
	'recipients of a letter' => ["${BOUNCE}\nIt could not be delivered to\n",
		join('', map { "<a$_\@b.example>: no\n" } 1 .. 5000), '', $MUCH_TEXT],
);

# The same in a header field that is read whole, the rest of the mail is text.
my %field = (
	'words without an end' => ['Subject', ' =?utf-8?b?'],
	'words without a space' => ['Subject', '=?utf-8?q?=41?='],
	'half words' => ['Subject', '=?'],
	'bytes of two charsets' => ['Subject', "\xe9 \xc3\xa9"],
	'half tags' => ['Subject', '[ACME #260001'],
	'prefixes' => ['Subject', 're: '],
	'words in a name' => ['From', ' =?utf-8?b?w6k=?='],
	'half words in a name' => ['From', ' =?utf-8?b?'],
	'addresses' => ['To', 'a@b.example, '],
	'groups' => ['To', 'a:'],
	'comments' => ['From', '('],
	'quotes' => ['From', '"'],
	'commas' => ['From', 'a,b'],
	'ids' => ['References', ' <1@b.example>'],
	'half ids' => ['References', '<'],
	'continuations' => ['Content-Type', ';a*0*=x'],
	'words in a parameter' => ['Content-Type', '; name=" =?utf-8?q?x'],
	'results' => ['Authentication-Results', '; dkim=pass'],
	'comments in results' => ['Authentication-Results', '('],
	'digits' => ['Date', '1 '],
	'failed recipients' => ['X-Failed-Recipients', 'a@b.example,'],
);

sub nested($depth) {
	return join '', map { "Content-Type: multipart/mixed; boundary=b$_\n\n--b$_\n" } 1 .. $depth;
}

# In pieces: what this program holds, the measured one begins with.
sub write_mail($start, $unit, $end) {
	my $path = "$dir/mail.eml";
	my $piece = $unit x (1 + 100_000 / length $unit);
	open my $out, '>:raw', $path or die "$path: $!\n";
	print $out $start;
	print $out $piece for 1 .. $SIZE_BYTES / length $piece;
	print $out $end;
	close $out or die "$path: $!\n";
	return $path;
}

# The object that is printed, the seconds and the bytes that it took.
sub measure($path) {
	my $output = "$dir/object";
	open my $saved, '>&', \*STDOUT or die "standard output: $!\n";
	open STDOUT, '>', $output or die "$output: $!\n";
	my $status = system '/usr/bin/time', '-o', "$dir/usage", '-f', '%U %S %M', $LOKET, 'parse', $path;
	open STDOUT, '>&', $saved or die "standard output: $!\n";
	my ($user_s, $system_s, $kbytes) = split ' ', (lines_of("$dir/usage"))[-1];
	return ($status, $user_s + $system_s, $kbytes * 1024, lines_of($output));
}

sub lines_of($path) {
	open my $in, '<:raw', $path or die "$path: $!\n";
	return readline $in;
}

sub is_read($name, $path, $warning) {
	my ($status, $cpu_s, $bytes, @objects) = measure($path);
	is $status, 0, "$name: ends well";
	is scalar @objects, 1, "$name: one object";
	my ($warnings) = $objects[0] =~ /"warnings":(\[[^\[\]]*\])\}\n\z/;
	like $warnings, $warning, "$name: warned of";
	return if !$IS_MEASURED;
	cmp_ok $cpu_s, '<', $CPU_S_MAX, "$name: in time";
	cmp_ok $bytes / -s $path, '<', $MEMORY_FACTOR_MAX, "$name: in memory";
}

for my $name (sort keys %whole) {
	my ($start, $unit, $end, $warning) = $whole{$name}->@*;
	is_read($name, write_mail($start, $unit, $end), $warning);
}
for my $name (sort keys %field) {
	my ($field, $unit) = $field{$name}->@*;
	my $start = "$field: " . $unit x ($HEADER_BYTES / length $unit) . "\n\n";
	is_read("$name in $field", write_mail($start, "x\n", ''), qr/./);
}

done_testing;
