#!/usr/bin/perl
#
# One desk with an address is a site; every error names file, line and what
# was expected, and is exit 78.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';

# Where a test's store lies; all the rest is the default.
my $PLACE = <<'END';
store = "sqlite:${LOKET_TEST_DIR}/loket.db"
secret = "${LOKET_TEST_DIR}/secret"
END
my $MINIMAL = qq($PLACE\ndesk "support" { addresses = { "support\@acme.example" } }\n);

sub new_subject($got) {
	return map { /^change Subject 1: (.*)\z/s ? $1 : () } $got->{edits}->@*;
}

subtest 'a desk with an address is enough' => sub {
	my $cli = Loket::Cli->new(config => $MINIMAL);
	my $check = $cli->run('check');
	is $check->{exit}, 0, 'check' or diag $check->{err};
	my $got = $cli->take(From => AN, Subject => 'Hoi');
	is $got->{tag}, "[SUPPORT #$got->{number}]", 'the tag is the title in capitals';
	is_deeply [new_subject($got)], ["$got->{tag} Hoi"], 'subject-tag is both';
	is $got->{due}, '2026-11-24T17:00:00+01:00', '1 working day until 17:00 in the machine\'s zone';
	like(($cli->outbox)[0]{text}, qr/^support$/m, 'the name is the title');
	is_deeply [edits_of($cli->take(From => AN, Subject => 'a', rcpt => [DESK, 'x@acme.example']),
		'Loket-Desk')], ['add Loket-Desk: support'], 'insiders are the desk\'s domain';
	is_deeply [edits_of($cli->take(From => AN, Subject => 'b', rcpt => [DESK, 'x@b.example']),
		'Loket-Desk')], [], 'and no other';
};

subtest 'without a calendar weekdays from 9 to 5, no holidays' => sub {
	my $cli = Loket::Cli->new(config => $MINIMAL);
	$cli->at('2026-12-24 10:00:00');
	is $cli->take(From => AN, Subject => 'a')->{due}, '2026-12-25T17:00:00+01:00', 'Christmas';
	$cli->at('2026-12-25 17:00:00');
	is $cli->take(From => AN, Subject => 'b')->{due}, '2026-12-29T17:00:00+01:00', 'a weekend';
};

subtest 'the site\'s zone is that of all times' => sub {
	my $cli = Loket::Cli->new(config => qq(timezone = "America/New_York"\n$MINIMAL));
	my $got = $cli->take(From => AN, Subject => 'a');
	# 10:00 in Amsterdam is 4:00 there: before opening, so day 0 is that day
	is $got->{due}, '2026-11-24T17:00:00-05:00', 'due';
	is $cli->ticket($got->{number})->{received}, '2026-11-23T04:00:00-05:00', 'received';
	$cli = Loket::Cli->new(config => qq(timezone = "Pacific/Auckland"\n$MINIMAL));
	$cli->at('2026-12-31 12:30:00');
	like $cli->take(From => AN, Subject => 'a')->{number}, qr/^27/, 'the year of a number is the zone\'s';
};

subtest 'a name and a tag may be given' => sub {
	my $cli = Loket::Cli->new(config => <<"END");
$PLACE
desk "support" {
	addresses = { "support\@acme.example" }
	name = "Acme Klantenservice"
	tag = "Acme-Hulp"
	language = "nl"
}
END
	my $got = $cli->take(From => AN, Subject => 'Hoi', body => "?\n");
	is $got->{tag}, "[Acme-Hulp #$got->{number}]", 'tag';
	like(($cli->outbox)[0]{text}, qr/^Acme Klantenservice$/m, 'name');
	like(($cli->outbox)[0]{text}, qr/Goedendag/, 'language is the fallback');
	is $cli->ticket($got->{number})->{desk}, 'support', 'a ticket names the desk by its title';
};

subtest 'the sample with all its keys is right' => sub {
	my $cli = Loket::Cli->new;
	$cli->write('closed.ics', join "\r\n", 'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:x', 'BEGIN:VEVENT',
		'UID:1', 'DTSTAMP:20260101T000000Z', 'DTSTART;VALUE=DATE:20261224', 'SUMMARY:Dicht',
		'END:VEVENT', 'END:VCALENDAR', '');
	$cli->write('rt.token', "geheim\n");
	$cli->write('loket.conf', <<'END');
socket = "unix:/run/loket/milter.sock"
socket-mode = "0660"  socket-group = ""  user = ""
store  = "sqlite:${LOKET_TEST_DIR}/loket.db"
relay  = "smtp://127.0.0.1:25"  relay-user = ""  relay-password-file = ""
secret = "${LOKET_TEST_DIR}/secret"
log    = "syslog"
postmaster = "postmaster@acme.example"
authserv-id = { "mx.acme.example" }
insiders = { "@acme.example" }
trusted-networks = { }
agent-networks   = { }
form-hosts       = { }
login-domain     = ""
command-address  = ""
recipient-delimiter = "+"
dry-run = false
on-failure = "tempfail"
ack-delay = "60 seconds"  duplicate-within = "7 days"  max-connections = 512

calendar "office" {
    timezone = "Europe/Amsterdam"
    hours    = { "mon-fri 08:00-17:30" }
    holidays = { "nl", "ics:${LOKET_TEST_DIR}/closed.ics" }
    working-day = "closing"
    season "schoolopstart" { from = "08-15" to = "09-30" hours = { } }
}
team "tweedelijn" { address = "tweedelijn@acme.example" lead = "els@acme.example" }
agent "jan@acme.example" { name = "Jan" login = { "jan" } mask = true }
desk "support" {
    name = "Acme Klantenservice"
    tag  = "ACME"
    addresses = { "support@acme.example", "help@acme.example" }
    agents    = { "jan@acme.example", "@service.acme.example" }
    team      = { "support-team@acme.example" }   lead = "els@acme.example"
    language  = "nl"
    calendar  = "office"
    first-response = "1 working day"
    next-response  = "1 working day"
    season "schoolopstart" { first-response = "3 working days" }
    warn      = "4 working hours"
    norm      = 90
    ack       = "careful"
    subject-tag = "both"
    mask-agents = true   reply-to-desk = true   copy-answers = true
    reopen-within = "14 days"   forward = "new"   keep = "all"   retention = "2 years"
    type "complaint" { subject = 'klacht|complaint|plainte' plan = "5 working days" handler = "kwaliteit@acme.example" escalate = "account-manager" }
    type "incident"  { subject = 'storing|outage' resolution = "24 hours" resolution-aim = "1 hour" team = "tweedelijn" }
    mailbox   = { "imaps://loket@imap.acme.example/INBOX" }   mailbox-password-file = ""
    flag-near = "$LoketNear"   flag-overdue = "$LoketOverdue"
}
connector "rt" { preset = "rt5" url = "https://rt.acme.example" secret-file = "${LOKET_TEST_DIR}/rt.token" }
END
	my $check = $cli->run('check');
	is $check->{exit}, 0, 'check' or diag $check->{err};

	is $cli->at('2026-09-30 10:00:00')->take(From => AN, Subject => 'y')->{due},
		'2026-10-05T17:30:00+02:00', 'the season holds on its last day';
	is $cli->at('2026-10-01 10:00:00')->take(From => AN, Subject => 'z')->{due},
		'2026-10-02T17:30:00+02:00', 'and not a day later';
	my $got = $cli->at('2026-11-23 10:00:00')->take(From => AN, Subject => 'Een KLACHT over iets');
	my $ticket = $cli->ticket($got->{number});
	is $ticket->{type}, 'complaint', 'a type by its subject';
	is $ticket->{targets}{plan}{due}, '2026-11-30T17:30:00+01:00', 'with a plan';
	is $ticket->{targets}{'first-response'}{due}, '2026-11-24T17:30:00+01:00', 'beside the first response';
	$got = $cli->take(From => AN, Subject => 'Storing!');
	$ticket = $cli->ticket($got->{number});
	is $ticket->{type}, 'incident', 'another';
	is $ticket->{targets}{resolution}{due}, '2026-11-24T10:00:00+01:00', 'a resolution around the clock';
	is $got->{due}, '2026-11-24T10:00:00+01:00', 'due is the soonest';
	my @new = grep { length $_->{subject} > 1 } $cli->tickets;
	is_deeply [map { $_->{due} } map { $_->{targets}{'first-response'} } @new],
		[('2026-11-24T17:30:00+01:00') x 2], 'and sorts the list';
	is_deeply [map { $_->{type} } @new], ['incident', 'complaint'], 'soonest due first';
	is $cli->at('2026-12-23 10:00:00')->take(From => AN, Subject => 'x')->{due},
		'2026-12-28T17:30:00+01:00', 'the closing day and Christmas are skipped';
};

subtest 'type over season over desk' => sub {
	my $cli = Loket::Cli->new(config => <<"END");
$PLACE
timezone = "Europe/Amsterdam"
calendar "c" { hours = { "mon-fri 09:00-17:00" } season "druk" { from = "11-01" to = "12-31" } }
desk "support" {
	addresses = { "support\@acme.example" }
	calendar = "c"
	first-response = "1 working day"
	season "druk" { first-response = "2 working days" }
	type "order" { subject = '^bestelling' first-response = "3 working days" }
}
END
	my %due = ('Vraag' => '2026-11-25T17:00:00+01:00', 'Bestelling 7' => '2026-11-26T17:00:00+01:00');
	is $cli->take(From => AN, Subject => $_)->{due}, $due{$_}, $_ for sort keys %due;
	$cli->at('2027-01-04 10:00:00');
	is $cli->take(From => AN, Subject => 'Vraag')->{due}, '2027-01-05T17:00:00+01:00', 'out of season';
	is $cli->take(From => AN, Subject => 'Bestelling')->{due}, '2027-01-07T17:00:00+01:00', 'the type all year';
};

subtest 'targets in every spelling' => sub {
	# by hand from Monday 23 November 10:00, open 09:00-17:00
	my %due = (
		'1 working day' => '24T17:00:00', '1 working days' => '24T17:00:00', '2 working day' => '25T17:00:00',
		'1wd' => '24T17:00:00', '4 working hours' => '23T14:00:00', '1 working hour' => '23T11:00:00',
		'1 working hours' => '23T11:00:00', '4wh' => '23T14:00:00', '8wh' => '24T10:00:00',
		'24 hours' => '24T10:00:00', '1 hour' => '23T11:00:00', '2 hour' => '23T12:00:00', '48h' => '25T10:00:00',
		'30 minutes' => '23T10:30:00', '1 minute' => '23T10:01:00', '90m' => '23T11:30:00',
	);
	for my $target (sort keys %due) {
		my $cli = Loket::Cli->new(config => qq($PLACE
desk "support" { addresses = { "support\@acme.example" } first-response = "$target" }));
		my $got = $cli->take(From => AN, Subject => 'x');
		is $got->{due} =~ s/:\d\d\+01:00\z//r, '2026-11-' . $due{$target} =~ s/:\d\d\z//r, $target;
	}
};

subtest 'include puts another file in its place' => sub {
	my $cli = Loket::Cli->new;
	$cli->write('desk.conf', qq(desk "support" { addresses = { "support\@acme.example" } tag = "ELDERS" }\n));
	$cli->write('loket.conf', qq($PLACE\ninclude("desk.conf")\n));
	is $cli->run('check')->{exit}, 0, 'a relative name';
	like $cli->take(From => AN, Subject => 'x')->{tag}, qr/ELDERS/, 'is read';
	$cli->write('loket.conf', qq($PLACE\ninclude("${\$cli->dir}/desk.conf")\n));
	is $cli->run('check')->{exit}, 0, 'an absolute name';
	$cli->write('desk.conf', qq(desk "support" {\n\taddresses = { "support\@acme.example" }\n\tfoo = 1\n}\n));
	my $run = $cli->run('check');
	is $run->{exit}, 78, 'an error within';
	like $run->{err}, qr{^\S*desk\.conf:3: \S}, 'names the included file and its line';
};

subtest 'accounts that there are not' => sub {
	my %lines = (user => 'user = "kees-de-onbekende"', 'socket-group' => 'socket-group = "de-onbekenden"');
	for my $key (sort keys %lines) {
		my $cli = Loket::Cli->new(config => "$MINIMAL\n$lines{$key}\n");
		my $run = $cli->run('check');
		is $run->{exit}, 78, "$key: check";
		like $run->{err}, qr/de-onbekende.*no such (user|group)/, "$key: names it";
	}
	my $cli = Loket::Cli->new(config => qq($MINIMAL\nuser = "nobody"\nsocket-group = "nogroup"\n));
	is $cli->run('check')->{exit}, 0, 'those that there are';
};

subtest 'the environment' => sub {
	my $cli = Loket::Cli->new(config => qq($MINIMAL\npostmaster = "\${LOKET_UNSET_NAME}"\n));
	delete local $ENV{LOKET_UNSET_NAME};
	my $run = $cli->run('check');
	is $run->{exit}, 78, 'an unset name';
	like $run->{err}, qr{^\S+loket\.conf:6: .*LOKET_UNSET_NAME}, 'is told with its line';
	local $ENV{LOKET_UNSET_NAME} = 'post@acme.example';
	is $cli->run('check')->{exit}, 0, 'a set one is read';
};

# What stands behind $PLACE, from line 3 on, and the line of the error, if one
# can be told. A desk follows where the text has none of its own.
my $DESK = qq(desk "support" { addresses = { "support\@acme.example" } }\n);
my %ERRORS = (
	'no desk' => ['', undef],
	'a desk without addresses' => [qq(desk "support" { }\n), undef],
	'an unknown key' => [qq(\nfoo = "x"\n), 4],
	'an unknown key in a desk' => [qq(desk "support" {\n\taddresses = { "a\@b.example" }\n\tkleur = "rood"\n}\n), 5],
	'an unknown section' => [qq(\nwinkel "x" { }\n), 4],
	'a truncated file' => [qq(desk "support" {\n\taddresses = { "a\@b.example"), undef],
	'an unclosed section' => [qq(desk "support" {\n\taddresses = { "a\@b.example" }\n), undef],
	'an unclosed string' => [qq(postmaster = "a\@b.example\n), undef],
	'a brace too many' => ["$DESK}\n", 4],
	'a truth that is none' => [qq(dry-run = misschien\n), 3],
	'a word of none of the choices' => [qq(on-failure = "weiger"\n), 3],
	'a policy of none of the choices' => [qq(desk "s" {\naddresses = { "a\@b.example" }\nack = "soms"\n}\n), 5],
	'a target that is none' => [qq(desk "s" {\naddresses = { "a\@b.example" }\nfirst-response = "spoedig"\n}\n), 5],
	'a norm over 100' => [qq(desk "s" {\naddresses = { "a\@b.example" }\nnorm = 101\n}\n), 5],
	'a broken regular expression' => [qq(desk "s" {\naddresses = { "a\@b.example" }\ntype "x" {\nsubject = '[open'\n}\n}\n), 6],
	'an unknown calendar' => [qq(desk "s" {\naddresses = { "a\@b.example" }\ncalendar = "weg"\n}\n), undef],
	'an unknown zone' => [qq(timezone = "Europa/Amsterdam"\n), 3],
	'an unknown zone of a calendar' => [qq(calendar "c" {\ntimezone = "Mars/Base"\n}\n), undef],
	'hours that are none' => [qq(calendar "c" {\nhours = { "maandag 9-5" }\n}\n), 4],
	'hours that end before they begin' => [qq(calendar "c" {\nhours = { "mon 17:00-09:00" }\n}\n), 4],
	'unknown holidays' => [qq(calendar "c" {\nholidays = { "xx" }\n}\n), 4],
	'an iCalendar file that is not there' => [qq(calendar "c" {\nholidays = { "ics:/nergens/x.ics" }\n}\n), 4],
	'a season that is no date' => [qq(calendar "c" {\nseason "s" {\nfrom = "13-01" to = "12-31"\n}\n}\n), undef],
	'a network that is none' => [qq(agent-networks = { "192.0.2.0/33" }\n), 3],
	'a store that is none' => [qq(store = "mysql:x"\n), undef],
	'an address of two desks' => [qq(desk "a" { addresses = { "support\@acme.example" } }\n), undef],
	'an include that is not there' => [qq(\ninclude("nergens.conf")\n), 4],
	'an include of itself' => [qq(include("loket.conf")\n), undef],
	'a number where a list belongs' => [qq(authserv-id = 3 4\n), 3],
	'a NUL byte' => ["log = \"std\0err\"\n", 3],
);

subtest 'errors name file, line and what was expected' => sub {
	for my $name (sort keys %ERRORS) {
		my ($text, $line) = $ERRORS{$name}->@*;
		my $desk = $text =~ /^desk "s|^$/ ? '' : "\n$DESK";
		my $cli = Loket::Cli->new(config => "$PLACE$text$desk");
		for my $command ('check', 'tickets', 'ingest') {
			my $run = $cli->run($command);
			is $run->{exit}, 78, "$name: $command: exit";
			my $where = defined $line ? $line : '\d+';
			like $run->{err}, qr{\A\S*loket\.conf:$where: \S.*\S\n\z}, "$name: $command: message";
			is $run->{out}, '', "$name: $command: nothing else is said" if $command ne 'check';
		}
	}
};

subtest 'a file that is not there is an error of configuration' => sub {
	my $cli = Loket::Cli->new;
	for my $command ('check', 'tickets', 'ingest', 'outbox', 'status') {
		my $run = $cli->run_bare('-c', $cli->dir . '/nergens.conf', $command);
		is $run->{exit}, 78, "$command: exit";
		like $run->{err}, qr/nergens\.conf/, "$command: names it";
	}
};

subtest 'a regular expression in single quotes keeps its backslashes' => sub {
	my $cli = Loket::Cli->new(desk => q{type "order" { subject = '\border\s+\d{4}\b' }});
	my %type = ('Order 1234' => 'order', 'order 123' => 'question', 'Border 1234' => 'question',
		'=?utf-8?q?order_1234?=' => 'order');
	for my $subject (sort keys %type) {
		my $got = $cli->take(From => AN, Subject => $subject);
		is $cli->ticket($got->{number})->{type}, $type{$subject}, $subject;
	}
};

subtest 'comments and values as people write them' => sub {
	my $cli = Loket::Cli->new(config => <<"END");
# een opmerking
$PLACE
// nog een
/* en
   nog een */
log = stderr
dry-run = no
desk support { addresses = { "support\@acme.example" } }
END
	is $cli->run('check')->{exit}, 0, 'check' or diag $cli->run('check')->{err};
};

done_testing;
