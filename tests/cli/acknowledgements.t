#!/usr/bin/perl
#
# An acknowledgement is sent once, to the envelope sender, by the desk's
# policy, within limits, and cannot be used against anyone.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(passed failed);
use Loket::Sink;

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';

sub events($cli, $number) {
	return $cli->ticket($number)->{events}->@*;
}

# The ticket is made all the same, no row waits, an event says why.
sub is_suppressed($cli, $got, $name) {
	ok $got->{created}, "$name: the ticket is made";
	is_deeply [$cli->outbox], [], "$name: no row";
	my ($event) = grep { $_->{what} =~ /ack/ } events($cli, $got->{number});
	ok length($event->{detail} // ''), "$name: an event has the reason";
}

subtest 'a row says what will be sent' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Factuur');
	my ($row, @more) = $cli->outbox;
	is scalar @more, 0, 'one';
	is $row->{kind}, 'ack', 'kind';
	is $row->{state}, 'waiting', 'state';
	is $row->{ticket}, $got->{number}, 'ticket';
	is $row->{to}, AN, 'to';
	like $row->{subject}, qr/^\Q$got->{tag}\E /, 'the tag in front of the subject';
	like $row->{text}, qr/$got->{number}/, 'the number in the text';
	like $row->{text}, qr/dinsdag 24 november om 17\.30 uur/, 'a real date';
	is $row->{attempts}, 0, 'attempts';
	is $row->{last_error}, undef, 'no error';
	like $row->{next_at}, qr/^2026-11-23T10:01:0\d\+01:00$/, 'not before ack-delay';
};

subtest 'it goes to the envelope sender, whatever the header says' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(From => AN, 'Reply-To' => 'weg@ander.example', Subject => 'Hoi',
		from => 'echt@klant.example', Sender => 'x@ander.example');
	is_deeply [$cli->acked], ['echt@klant.example'], 'to';
};

subtest 'nothing that a stranger wrote is repeated' => sub {
	for my $policy ('always', 'careful') {
		my $cli = Loket::Cli->new(desk => qq{ack = "$policy"});
		$cli->take(From => '"Koopnu Koopnu" <an@klant.example>',
			Subject => 'Koopnu https://kwaad.example/', body => "Koopnu kwaad.example\n");
		my ($row) = $cli->outbox;
		unlike "$row->{subject}\n$row->{text}", qr/koopnu|kwaad/i, $policy;
	}
};

subtest 'the customer\'s language is used' => sub {
	my %text = (nl => ["Goedemorgen, ik heb een vraag over de factuur die ik gisteren van u heb ontvangen.\n"
			. "Het bedrag klopt volgens mij niet. Kunt u mij vertellen hoe dat komt?\n", qr/Goedendag/],
		en => ["Good morning, I have a question about the invoice that I received from you yesterday.\n"
			. "I think that the amount is wrong. Could you please tell me how that happened?\n", qr/\bYou\b|\byour\b/]);
	for my $language (sort keys %text) {
		my $cli = Loket::Cli->new;
		my $got = $cli->take(From => AN, Subject => 'X1', body => $text{$language}[0]);
		is $cli->ticket($got->{number})->{language}, $language, "$language: the ticket's";
		like(($cli->outbox)[0]{text}, $text{$language}[1], "$language: the text's");
	}
};

subtest 'policies' => sub {
	# by policy: a stranger, an authenticated stranger, one with a ticket
	my %acked = (always => [1, 1, 1], careful => [1, 1, 1], authenticated => [0, 1, 0],
		known => [0, 0, 1], never => [0, 0, 0]);
	for my $policy (sort keys %acked) {
		my @new = (Subject => 'Hoi');
		my $cli = Loket::Cli->new(desk => qq{ack = "$policy"});
		$cli->take(@new, From => AN);
		is scalar $cli->acked, $acked{$policy}[0], "$policy: a stranger";
		my $before = $cli->acked;
		$cli->take(@new, From => 'bo@goed.example',
			'Authentication-Results' => passed('goed.example'));
		is $cli->acked - $before, $acked{$policy}[1], "$policy: authenticated";
		$before = $cli->acked;
		my $got = $cli->take(@new, From => AN, 'Message-ID' => '<2@klant.example>');
		ok $got->{created}, "$policy: a second ticket";
		is $cli->acked - $before, $acked{$policy}[2], "$policy: known by a ticket";
	}
};

subtest 'careful is the default' => sub {
	my $cli = Loket::Cli->new(config => <<'END');
store = "sqlite:${LOKET_TEST_DIR}/loket.db"
secret = "${LOKET_TEST_DIR}/secret"
desk "support" { addresses = { "support@acme.example" } }
END
	$cli->take(From => AN, Subject => 'Hoi');
	is_deeply [$cli->acked], [AN], 'a stranger is acknowledged';
};

subtest 'a suppressed one makes no row and an event' => sub {
	my $cli = Loket::Cli->new(desk => 'ack = "never"');
	is_suppressed($cli, $cli->take(From => AN, Subject => 'Hoi'), 'never');
};

subtest 'robots, lists and what failed DMARC are not acknowledged' => sub {
	my @fields = (
		map { ['Auto-Submitted' => $_] } qw(auto-generated auto-replied auto-notified vacation),
			'auto-replied; owner-email="x@klant.example"', 'Auto-Generated (rule 3)');
	push @fields, map { [Precedence => $_] } qw(bulk junk list auto_reply auto-reply autoreply BULK);
	push @fields, map { ['X-Precedence' => $_], [Preference => $_] } qw(auto_reply bulk);
	push @fields, map { [$_ => '<x.klant.example>'] } qw(List-Id List-Post List-Help List-Subscribe
		List-Unsubscribe List-Unsubscribe-Post List-Owner List-Archive);
	push @fields, map { [$_ => 'yes'] } qw(Mailing-List X-Mailing-List X-BeenThere X-Mailman-Version
		X-ML-Name List-Processor-Version X-List-Name X-Loop X-No-Loop X-OTRS-Loop X-OTOBO-Loop
		X-RT-Loop-Prevention X-Roundup-Loop X-Autoreply X-Auto-Reply X-Autorespond X-Autoresponder
		X-Autoresponse X-AutoReply-From X-AutoReply-To X-Mail-Autoreply X-Vacation
		X-Failed-Recipients X-Debbugs-No-Ack X-No-Ack);
	push @fields, ['X-Loop' => DESK], ['X-Autogenerated' => 'Reply'],
		['Delivered-To' => 'autoresponder'], ['X-FC-Machinegenerated' => 'true'],
		['X-POST-MessageClass' => '9; Autoresponder'],
		['X-AMAZON-MAIL-RELAY-TYPE' => 'notification'], ['X-Ack' => 'no'],
		['X-Auto-Response-Suppress' => 'All'], ['X-Auto-Response-Suppress' => 'DR, All'],
		['Authentication-Results' => failed('klant.example')],
		['Content-Type' => 'multipart/report; report-type=disposition-notification; boundary=b'],
		['Content-Type' => 'multipart/report; report-type=feedback-report; boundary=b'];
	my $cli = Loket::Cli->new;
	my %sign;
	for my $field (@fields) {
		my $got = $cli->take(From => AN, Subject => 'Hoi', @$field);
		$sign{$got->{number} // ''} = "@$field";
		ok $got->{created}, "@$field: the ticket is made"
			if $field->[0] ne 'X-Failed-Recipients';
	}
	is_deeply [map { $sign{$_->{ticket}} } $cli->outbox], [], 'none of ' . @fields;
};

subtest 'what a human\'s mail carries too does not silence it' => sub {
	my @fields = (['Auto-Submitted' => 'no'], ['Auto-Submitted' => 'No (by hand)'],
		['X-Auto-Response-Suppress' => 'DR, RN, NRN, OOF'], ['X-Auto-Response-Suppress' => 'None'],
		[Precedence => 'normal'], ['X-Ack' => 'yes'], ['Feedback-ID' => '1:2:3'],
		['X-Spam-Flag' => 'NO'], ['X-Autoreply' => undef]);
	for my $field (@fields) {
		my $cli = Loket::Cli->new;
		$cli->take(From => AN, Subject => 'Hoi', @$field);
		is_deeply [$cli->acked], [AN], join ' ', map { $_ // 'absent' } @$field;
	}
};

subtest 'addresses that never read are not acknowledged, in envelope or From' => sub {
	my @locals = qw(mailer-daemon mail-daemon postmaster abuse root hostmaster nobody www www-data
		daemon listserv listproc majordomo mailman no-reply noreply no_reply no.reply nicht-antworten
		geenreactie niet-beantwoorden do-not-reply donotreply do_not_reply auto-reply autoreply
		autoresponder newsletter nieuwsbrief bounce bounces bounce+an=klant.example nieuws-bounces
		nieuws-bounces+an owner-nieuws nieuws-owner nieuws-request nieuws-errors NoReply);
	my $cli = Loket::Cli->new;
	my %sender;
	for my $there (map { "$_\@klant.example" } @locals) {
		my $got = $cli->take(Subject => 'Hoi', From => AN, from => $there);
		$sender{$got->{number}} = "envelope $there";
		$got = $cli->take(Subject => 'Hoi', From => $there, from => AN);
		$sender{$got->{number}} = "From $there";
	}
	is_deeply [map { $sender{$_->{ticket}} } $cli->outbox], [], 'none of ' . 2 * @locals;
};

subtest 'the null sender and our own desks are not acknowledged' => sub {
	for my $from ('', '<>', 'support@acme.example', 'sales@acme.example') {
		my $cli = Loket::Cli->new;
		$cli->take(From => AN, from => $from, Subject => 'Hoi');
		is_deeply [$cli->outbox], [], "from '$from'";
	}
	my $cli = Loket::Cli->new;
	$cli->take(From => DESK, from => AN, Subject => 'Hoi');
	is_deeply [$cli->outbox], [], 'a desk in From';
};

subtest 'one address gets 10 in 3 hours and 40 a day' => sub {
	my $cli = Loket::Cli->new;
	my $sent = 0;
	my $bring = sub ($mails) {
		$cli->take(From => AN, Subject => 'Hoi ' . $sent++,
			'Authentication-Results' => passed('klant.example')) for 1 .. $mails;
		return scalar $cli->acked;
	};
	is $bring->(11), 10, 'ten of eleven';
	is_suppressed_in_last($cli, $sent);
	$cli->at('2026-11-23 12:59:30');
	is $bring->(1), 10, 'none within three hours';
	$cli->take(From => 'bo@klant.example', Subject => 'Hoi');
	is $cli->acked, 11, 'another address is not concerned';
	for my $hour (14, 18, 22) {
		$cli->at("2026-11-23 $hour:00:00");
		$bring->(10);
	}
	is grep({ $_ eq AN } $cli->acked), 40, 'forty in twelve hours';
	$cli->at('2026-11-24 03:00:00');
	$bring->(1);
	is grep({ $_ eq AN } $cli->acked), 40, 'no more on that day';
	$cli->at('2026-11-24 10:01:00');
	$bring->(1);
	is grep({ $_ eq AN } $cli->acked), 41, 'again a day later';
};

sub is_suppressed_in_last($cli, $count) {
	my @tickets = $cli->tickets;
	is scalar @tickets, $count, 'every ticket is made';
	my ($last) = sort { $b cmp $a } map { $_->{number} } @tickets;
	my @events = grep { $_->{what} =~ /suppressed/ } events($cli, $last);
	is scalar @events, 1, 'the event of the last says why';
}

subtest 'unauthenticated senders of one domain get 60 an hour' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(From => "klant$_\@ruis.example", Subject => 'Hoi') for 1 .. 61;
	is $cli->acked, 60, 'sixty';
	$cli->take(From => 'ook@RUIS.example', Subject => 'Hoi');
	is $cli->acked, 60, 'the case of the domain does not matter';
	$cli->take(From => 'echt@ruis.example', Subject => 'Hoi',
		'Authentication-Results' => passed('ruis.example'));
	is $cli->acked, 61, 'an authenticated one is acknowledged';
	$cli->take(From => 'an@stil.example', Subject => 'Hoi');
	is $cli->acked, 62, 'another domain too';
	$cli->at('2026-11-23 11:00:30');
	$cli->take(From => 'later@ruis.example', Subject => 'Hoi');
	is $cli->acked, 63, 'again an hour later';
};

# Sent before, as the store has it: copies of its one row, each to a domain of
# its own, which count for the desk and the site.
sub multiply($cli, $rows) {
	my $store = $cli->dir . '/loket.db';
	my @columns = grep { $_ ne 'id' } split /\n/,
		qx(sqlite3 "$store" "SELECT name FROM pragma_table_info('outbox')");
	my %copy = (key => "'copy:' || i", recipient => "'an\@' || i || '.example'",
		domain => "i || '.example'");
	my $values = join ', ', map { $copy{$_} // $_ } @columns;
	local $" = ', ';
	system('sqlite3', $store, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
		. " WHERE i < $rows - 1) INSERT INTO outbox (@columns) SELECT $values FROM outbox, n") == 0
		or die 'the store cannot be filled';
	is acks($cli), $rows, "$rows before";
}

# How many there are, without reading thousands of objects.
sub acks($cli) {
	return scalar(() = $cli->run('outbox', '--json')->{out} =~ /"kind":"ack"/g);
}

subtest 'unauthenticated senders get 300 an hour from a desk' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(From => AN, Subject => 'Hoi');
	multiply($cli, 299);
	$cli->take(From => 'a@een.example', Subject => 'Hoi');
	is acks($cli), 300, 'the last one';
	$cli->take(From => 'b@twee.example', Subject => 'Hoi');
	is acks($cli), 300, 'no more';
	$cli->take(From => 'c@drie.example', Subject => 'Hoi', 'Authentication-Results' => passed('drie.example'));
	is acks($cli), 301, 'an authenticated one is acknowledged';
	$cli->take(From => 'd@vier.example', Subject => 'Hoi', rcpt => ['sales@acme.example']);
	is acks($cli), 302, 'by another desk too';
	$cli->at('2026-11-23 11:00:30')->take(From => 'e@vijf.example', Subject => 'Hoi');
	is acks($cli), 303, 'again an hour later';
};

subtest 'past 3,000 an hour of a site they are held' => sub {
	my $cli = Loket::Cli->new;
	my @authenticated = (Subject => 'Hoi', 'Authentication-Results' => passed('een.example'));
	$cli->take(From => 'a@een.example', @authenticated);
	multiply($cli, 2999);
	my $state = sub ($got) {
		my ($row) = grep { /"ticket":"$got->{number}"/ } split /(?<=\}),(?=\{)/,
			$cli->run('outbox', '--json')->{out};
		return $row =~ /"state":"(\w+)"/ ? $1 : undef;
	};
	is $state->($cli->take(From => 'b@een.example', @authenticated)), 'waiting', 'the last one';
	my $got = $cli->take(From => 'c@een.example', @authenticated);
	is $state->($got), 'held', 'held past it';
	ok $got->{created}, 'the ticket is made';
	$cli->at('2026-11-23 10:30:00')->run('outbox', '--send');
	is $state->($got), 'held', 'held is not sent';
};

subtest 'one that could not leave in time is listed, not sent' => sub {
	my %too_late = (
		'four hours' => ['2026-11-23 14:00:05', ''],
		'its own hour' => ['2026-11-23 11:00:05', 'ack-expire = "1 hour"'],
		'the date that it promises' => ['2026-11-23 10:30:05', '', desk => 'first-response = "30 minutes"'],
	);
	for my $name (sort keys %too_late) {
		my ($at, $site, @desk) = $too_late{$name}->@*;
		my $sink = Loket::Sink->start;
		my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"\n$site), @desk);
		$cli->take(From => AN, Subject => 'Hoi');
		is $cli->at($at)->run('outbox', '--send')->{exit}, 0, "$name: send";
		is scalar $sink->mails, 0, "$name: nothing leaves";
		my ($row) = $cli->outbox;
		is $row->{state}, 'failed', "$name: listed";
		like $row->{last_error}, qr/too late/, "$name: with its reason";
	}
};

done_testing;
