#!/usr/bin/perl
#
# What a desk has put up stands in its acknowledgements, as long as it holds;
# and what would be sent can be looked at before.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Encode qw(encode decode);
use JSON::PP qw(decode_json);
use Test::More;

use Loket::Cli;

use constant { EX_USAGE => 64, EX_DATAERR => 65, EX_CONFIG => 78 };
use constant AN => 'an@klant.example';

binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ } qw(output failure_output);

my $DUTCH = "Goedemorgen, ik heb een vraag over de factuur die ik gisteren van u heb ontvangen.\n"
	. "Het bedrag klopt volgens mij niet. Kunt u mij vertellen hoe dat komt?\n";
my $FRENCH = "Bonjour, j'ai une question sur la facture que j'ai reçue hier de votre part.\n"
	. "Le montant ne me semble pas juste. Pouvez-vous me dire comment cela se fait ?\n";

sub says($cli, @arguments) {
	my $run = $cli->run(@arguments);
	is $run->{exit}, 0, "@arguments[0 .. ($#arguments > 1 ? 1 : $#arguments)]" or diag $run->{err};
	return decode('UTF-8', $run->{out});
}

# The text of the acknowledgement that a mail gets.
sub acknowledged($cli, $body = $DUTCH) {
	my $got = $cli->take(From => AN, Subject => 'Hoi', body => encode('UTF-8', $body),
		'Content-Type' => 'text/plain; charset=utf-8');
	my ($row) = grep { ($_->{ticket} // '') eq $got->{number} } $cli->outbox;
	return $row->{text} =~ s/\n(?!\n)/ /gr;
}

subtest 'a notice stands in what is sent until it ends' => sub {
	my $cli = Loket::Cli->new;
	unlike acknowledged($cli), qr/Belangrijk/, 'none before';
	is says($cli, 'notice', 'Support', 'Storing bij de provider.', '--until', '2026-11-23T15:00'),
		"support until 2026-11-23 15:00: Storing bij de provider.\n", 'put up';
	like acknowledged($cli), qr/Belangrijk op dit moment: Storing bij de provider\./, 'told';
	like acknowledged($cli->at('2026-11-23 14:59:00')), qr/Storing/, 'to its end';
	unlike acknowledged($cli->at('2026-11-23 15:00:01')), qr/Storing/, 'not longer';
	is says($cli, 'notice'), '', 'nor is it listed';
};

subtest 'until a time of today' => sub {
	my $cli = Loket::Cli->new;
	is says($cli, 'notice', 'support', 'x', '--until', '17:00'), "support until 2026-11-23 17:00: x\n", 'said';
	for my $wrong ('09:59', '25:00', '1700', '7:00') {
		is $cli->run('notice', 'support', 'x', '--until', $wrong)->{exit}, EX_DATAERR, "until $wrong";
	}
};

subtest 'there may be one for a language' => sub {
	my $cli = Loket::Cli->new;
	says($cli, 'notice', 'support', 'Storing.', '--until', '4h');
	says($cli, 'notice', 'support', encode('UTF-8', 'Panne générale.'), '--until', '1wd', '--lang', 'FR');
	like acknowledged($cli, $FRENCH), qr/Panne générale/, 'in it';
	like acknowledged($cli), qr/Storing\./, 'the other for all else';
	my $list = decode_json($cli->run('notice', '--json')->{out});
	is_deeply [map { "$_->{desk} $_->{language}" } @$list], ['support ', 'support fr'], 'both are listed';
	like $list->[0]{until}, qr/^2026-11-23T14:00:0\d\+01:00$/, 'so many hours on';
	is $list->[1]{until}, '2026-11-24T17:30:00+01:00', 'a working day is that of the desk';
	is says($cli, 'notice', 'support', '--clear'), "support: no notice\n", 'taken down';
	is says($cli, 'notice'), '', 'both';
};

subtest 'another takes its place, another desk has its own' => sub {
	my $cli = Loket::Cli->new;
	says($cli, 'notice', 'support', 'Een.', '--until', '4h');
	says($cli, 'notice', 'support', 'Twee.', '--until', '4h');
	says($cli, 'notice', 'sales', 'Drie.', '--until', '4h');
	my $text = acknowledged($cli);
	like $text, qr/Twee\./, 'the later one';
	unlike $text, qr/Een\.|Drie\./, 'and no other';
};

subtest 'wrong ones are refused and change nothing' => sub {
	my $cli = Loket::Cli->new;
	my %wrong = (
		'no such desk' => [EX_DATAERR, qr/no desk "winkel"/, 'winkel', 'x', '--until', '4h'],
		'a time that is past' => [EX_DATAERR, qr/is past/, 'support', 'x', '--until', '2026-11-23T09:59'],
		'no time' => [EX_DATAERR, qr/is no time/, 'support', 'x', '--until', 'morgen'],
		'no text' => [EX_DATAERR, qr/500 characters/, 'support', '', '--until', '4h'],
		'too long' => [EX_DATAERR, qr/500 characters/, 'support', 'x' x 501, '--until', '4h'],
		'no UTF-8' => [EX_DATAERR, qr/UTF-8/, 'support', "\xff", '--until', '4h'],
		'no until' => [EX_USAGE, qr/usage/, 'support', 'x'],
		'no text at all' => [EX_USAGE, qr/usage/, 'support', '--until', '4h'],
		'clear with a text' => [EX_USAGE, qr/usage/, 'support', 'x', '--clear'],
		'blanks' => [EX_DATAERR, qr/empty/, 'support', " \t", '--until', '4h'],
		'no language' => [EX_USAGE, qr/usage/, 'support', 'x', '--until', '4h', '--lang', '1%'],
		'a language alone' => [EX_USAGE, qr/usage/, '--lang', 'nl'],
		'a language that is none' => [EX_USAGE, qr/usage/, 'support', 'x', '--until', '4h', '--lang', 'dutch'],
	);
	for my $name (sort keys %wrong) {
		my ($exit, $why, @arguments) = $wrong{$name}->@*;
		my $run = $cli->run('notice', @arguments);
		is $run->{exit}, $exit, $name;
		like $run->{err}, $why, "$name: told";
	}
	is says($cli, 'notice'), '', 'nothing is up';
};

subtest 'a preview shows what would be sent' => sub {
	my $cli = Loket::Cli->new(desk => <<~'END');
		phone = "020-123 45 67"
		phone-hours = { "mon-fri 09:00-17:00" }
		norm-url = "https://www.acme.example/norm"
		END
	my $text = says($cli, 'notify', 'preview', '--desk', 'support', '--lang', 'nl') =~ s/\n(?!\n)/ /gr;
	like $text, qr/^From: Acme Klantenservice <support\@acme\.example> To: .* Subject: \[ACME #\d{10}\] Wij hebben uw bericht ontvangen/,
		'its head';
	like $text, qr/Uiterlijk dinsdag 24 november om 17\.30 uur ontvangt u ons antwoord\.\s+Wij antwoorden binnen 1 werkdag\./,
		'the promise';
	like $text, qr/020-123 45 67 \(maandag t\/m vrijdag van 9\.00 tot 17\.00 uur\)/, 'whom to call, and when';
	like $text, qr{https://www\.acme\.example/norm}, 'the norm';
	like says($cli, 'notify', 'preview', '--lang', 'de'), qr/Guten Tag/, 'another language, the first desk';
	my $christmas = says($cli, 'notify', 'preview', '--at', '2026-12-24T16:00') =~ s/\n(?!\n)/ /gr;
	like $christmas, qr/gesloten op vrijdag 25 december \(Eerste kerstdag\)/, 'before a holiday, by name';
	like says($cli, 'notify', 'preview', '--at', '2026-12-25T10:00') =~ s/\n(?!\n)/ /gr,
		qr/weer bereiken vanaf maandag 28 december om 8\.00 uur/, 'on it, when it opens';
	for my $kind (qw(ack desk-closed closing promise taken-up answered-twice undeliverable acks-held not-sent check)) {
		my $got = decode_json(encode('UTF-8', says($cli, 'notify', 'preview', '--kind', $kind, '--json')));
		ok length $got->{subject} && length $got->{text} && length $got->{to}, $kind;
	}
	is_deeply [$cli->outbox], [], 'nothing is queued';
	ok !-e $cli->dir . '/loket.db', 'and no store is made';
};

subtest 'what is promised on the clock says nothing of closing days' => sub {
	my $cli = Loket::Cli->new(desk => 'first-response = "24 hours"');
	my $text = says($cli, 'notify', 'preview', '--at', '2026-12-24T16:00') =~ s/\n(?!\n)/ /gr;
	like $text, qr/Uiterlijk vrijdag 25 december om 16\.00 uur/, 'the date';
	like $text, qr/Wij antwoorden binnen 24 uur\./, 'the time';
	unlike $text, qr/gesloten|openingstijden/, 'and no more';
};

subtest 'on a closed day nobody is told to call' => sub {
	my $cli = Loket::Cli->new(desk => qq(phone = "020-123 45 67"\nphone-hours = { "mon-fri 09:00-17:00" }));
	unlike says($cli, 'notify', 'preview', '--at', '2026-12-25T10:00'), qr/020/, 'where there are hours';
	$cli = Loket::Cli->new(desk => 'phone = "020-123 45 67"');
	like says($cli, 'notify', 'preview', '--at', '2026-12-25T10:00'), qr/020-123 45 67\.$/m, 'a number without hours is there always';
};

subtest 'of a ticket it shows what its customer is told' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Hoi', body => $DUTCH);
	my ($row) = $cli->outbox;
	$cli->at('2026-11-25 12:00:00');
	my $shown = $cli->value('notify', 'preview', '--ticket', $got->{number}, '--json');
	is $shown->{text}, $row->{text}, 'the very acknowledgement';
	is $shown->{to}, AN, 'to him';
	my $raw = says($cli, 'notify', 'preview', '--ticket', $got->{number}, '--raw');
	like $raw, qr/^Date: .*\r\nFrom: /, 'as a mail for a client';
};

subtest 'a preview of nothing is an error' => sub {
	my $cli = Loket::Cli->new;
	my @wrong = ([EX_DATAERR, '--desk', 'winkel'], [EX_DATAERR, '--ticket', '2600000014'],
		[EX_DATAERR, '--kind', 'brief'], [EX_DATAERR, '--at', 'gisteren'], [EX_DATAERR, '--raw'], [EX_USAGE, 'x']);
	for my $wrong (@wrong) {
		my ($exit, @arguments) = @$wrong;
		is $cli->run('notify', 'preview', @arguments)->{exit}, $exit, "@arguments";
	}
	is $cli->run('notify')->{exit}, EX_USAGE, 'no preview';
};

# A directory of the site's own texts: file and what is in it.
sub own(%files) {
	my $cli = Loket::Cli->new(site => 'templates = "${LOKET_TEST_DIR}/texts"');
	mkdir $cli->dir . "/$_" or die "$_: $!\n" for qw(texts texts/nl);
	$cli->write("texts/nl/$_", encode('UTF-8', $files{$_})) for keys %files;
	return $cli;
}

subtest 'a site has texts of its own' => sub {
	my $cli = own('ack.txt' => "Subject: {tag} Ontvangen\n\nHoi,\n\n{include groet}\n", 'groet.part.txt' => "Groet, {desk}\n",
		'ack.html' => "<p>Hoi,</p>\n\n<p>Groet, {desk}</p>\n");
	is $cli->run('check')->{exit}, 0, 'check';
	my $got = $cli->take(From => AN, Subject => 'Hoi', body => $DUTCH);
	my ($row) = $cli->outbox;
	is $row->{subject}, "[ACME #$got->{number}] Ontvangen", 'subject';
	is $row->{text}, "Hoi,\n\nGroet, Acme Klantenservice\n", 'text';
	my $raw = says($cli, 'notify', 'preview', '--ticket', $got->{number}, '--raw');
	like $raw, qr/multipart\/alternative.*<p>Groet, Acme Klantenservice<\/p>/s, 'and HTML';
	like says($cli, 'notify', 'preview', '--lang', 'en'), qr/Thank you/, 'the shipped ones for all else';
};

subtest 'a directory of texts is looked for beside the configuration' => sub {
	my $cli = own('ack.txt' => "Subject: {tag} Ontvangen\n\nHoi\n");
	my $conf = Loket::Cli::bytes_of($cli->dir . '/loket.conf') =~ s/\$\{LOKET_TEST_DIR\}\/texts/texts/r;
	$cli->write('loket.conf', $conf);
	like says($cli, 'notify', 'preview', '--lang', 'nl'), qr/Ontvangen/, 'found';
	$cli->write('loket.conf', $conf =~ s/"texts"/"nothing"/r);
	my $run = $cli->run('check');
	is $run->{exit}, EX_CONFIG, 'one that is not there';
	like $run->{err}, qr{loket\.conf:\d+: templates is ".*/nothing", expected a directory}, 'with its line';
};

subtest 'a pipe is no text, and a mark of byte order no word' => sub {
	my $cli = own('ack.txt' => "\x{feff}Subject: {tag} Ontvangen\n\nHoi\n");
	like says($cli, 'notify', 'preview', '--lang', 'nl'), qr/Ontvangen/, 'the mark is passed over';
	unlink $cli->dir . '/texts/nl/ack.txt';
	require POSIX;
	POSIX::mkfifo($cli->dir . '/texts/nl/ack.txt', 0600) or die "mkfifo: $!\n";
	my $run = $cli->run('check');
	is $run->{exit}, EX_CONFIG, 'the pipe is refused';
	like $run->{err}, qr/ack\.txt:1: no regular file/, 'at once';
};

subtest 'a wrong text stops everything, with its line' => sub {
	my %wrong = (
		"Subject: x\n\nHoi {naam}\n" => qr{/nl/ack\.txt:3: unknown field "\{naam\}"},
		"Subject: x\nReply-To: {who}\n\nHoi\n" => qr{/nl/ack\.txt:2: },
		"Subject: x\n\n{include ack}\n" => qr{/nl/ack\.txt:3: there is no part "ack"},
		"Hoi\n" => qr{/nl/ack\.txt:1: no "Subject},
	);
	for my $text (sort keys %wrong) {
		my $cli = own('ack.txt' => $text);
		for my $command (['check'], ['notify', 'preview']) {
			my $run = $cli->run(@$command);
			is $run->{exit}, EX_CONFIG, "@$command";
			like $run->{err}, $wrong{$text}, "@$command: where";
		}
	}
	my $loop = own('ack.txt' => "Subject: x\n\n{include een}\n", 'een.part.txt' => "{include twee}\n", 'twee.part.txt' => "{include een}\n");
	like $loop->run('check')->{err}, qr{/nl/twee\.part\.txt:1: part "een" includes itself}, 'a loop';
};

done_testing;
