#!/usr/bin/perl
#
# Acknowledgements stay within what the site has set; old mail gets none; and
# the postmaster hears, once a day, of what does not leave.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(passed);
use Loket::Sink;

use constant AN => 'an@klant.example';
use constant POSTMASTER => 'postmaster@acme.example';

sub rows($cli, $kind) {
	return grep { $_->{kind} eq $kind } $cli->outbox;
}

my $serial = 0;

# A new mail from an address; what ingest prints.
sub writes($cli, $from, @fields) {
	return $cli->take(From => $from, Subject => 'Hoi', 'Message-ID' => '<' . ++$serial . '@x.example>', @fields);
}

sub reason($cli, $got) {
	my ($event) = grep { $_->{what} eq 'ack suppressed' } $cli->ticket($got->{number})->{events}->@*;
	return $event ? $event->{detail} : undef;
}

subtest 'the limit of an address can be set, with several windows' => sub {
	my $cli = Loket::Cli->new(site => 'ack-limit-address = { "2 in 1 hour", "3 in 1 day" }');
	my @got = map { writes($cli, AN) } 1 .. 3;
	is scalar rows($cli, 'ack'), 2, 'two in an hour';
	is reason($cli, $got[2]), 'the limit for the address is reached: 2 in 1 h', 'the third has the reason';
	$cli->at('2026-11-23 11:00:05');
	@got = map { writes($cli, uc AN) } 1 .. 2;
	is scalar rows($cli, 'ack'), 3, 'one more an hour later, in any case of letters';
	is reason($cli, $got[1]), 'the limit for the address is reached: 3 in 24 h', 'then the day holds';
	ok $_->{created}, 'each has a ticket' for @got;
};

subtest 'those of domain and desk bind strangers alone' => sub {
	my $cli = Loket::Cli->new(site => qq(ack-limit-domain = { "1 in 1 hour" }\nack-limit-desk = { "2 in 90 seconds" }));
	writes($cli, "$_\@een.example") for qw(a b);
	is scalar rows($cli, 'ack'), 1, 'one of the domain';
	my $got = writes($cli, 'c@een.example', 'Authentication-Results' => passed('een.example'));
	is scalar rows($cli, 'ack'), 2, 'who is authenticated is not bound';
	writes($cli, 'a@twee.example');
	$got = writes($cli, 'a@drie.example');
	is reason($cli, $got), 'the limit for unauthenticated mail to the desk is reached: 2 in 90 s', 'the desk';
	$cli->at('2026-11-23 10:02:00');
	writes($cli, 'a@vier.example');
	is scalar rows($cli, 'ack'), 4, 'again after it';
};

subtest 'past the limit of the site they are held, and the postmaster is told once' => sub {
	my $sink = Loket::Sink->start;
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"\nack-limit-site = { "2 in 1 hour" }));
	writes($cli, "a\@$_.example") for 1 .. 5;
	is_deeply [map { $_->{state} } rows($cli, 'ack')], [qw(waiting waiting held held held)], 'held past it';
	my ($alert, @more) = rows($cli, 'alert');
	is scalar @more, 0, 'one alert';
	is $alert->{to}, POSTMASTER, 'to the postmaster';
	is $alert->{ticket}, undef, 'of no ticket';
	like $alert->{text}, qr/grens van 2 ontvangstbevestigingen/, 'says the limit';
	$cli->at('2026-11-23 10:30:00')->run('outbox', '--send');
	is scalar $sink->mails, 3, 'two and the alert leave';
	writes($cli, 'a@6.example');
	is scalar rows($cli, 'alert'), 1, 'not told again that day';
	$cli->at('2026-11-23 11:01:00')->run('outbox', '--send');
	is_deeply [map { $_->{state} } rows($cli, 'ack')], [qw(sent sent sent sent held held)], 'the next hour has room for two';
	$cli->at('2026-11-24 09:00:00')->run('outbox', '--send');
	is_deeply [map { $_->{state} } rows($cli, 'ack')], [qw(sent sent sent sent failed failed)], 'what is too late takes no room';
	writes($cli, "b\@$_.example") for 1 .. 3;
	is scalar(grep { $_->{text} =~ /grens van/ } rows($cli, 'alert')), 2, 'told again the next day';
};

subtest 'the limit that is reached is told' => sub {
	my $cli = Loket::Cli->new(site => 'ack-limit-site = { "3 in 1 hour", "2 in 1 day" }');
	writes($cli, "a\@$_.example") for 1 .. 3;
	my ($alert) = rows($cli, 'alert');
	like $alert->{text}, qr/grens van 2 /, 'the second one';
};

subtest 'who comes later waits behind who is held' => sub {
	my $sink = Loket::Sink->start;
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"\nack-limit-site = { "1 in 1 hour" }));
	writes($cli, "a\@$_.example") for 1 .. 2;
	writes($cli->at('2026-11-23 11:00:30'), 'late@x.example');
	is_deeply [map { $_->{state} } rows($cli, 'ack')], [qw(waiting held held)], 'held, though there is room';
	$cli->at('2026-11-23 11:02:00')->run('outbox', '--send');
	is_deeply [map { $_->{state} } rows($cli, 'ack')], [qw(sent sent held)], 'the first goes first';
};

subtest 'one that was held does not leave before ack-delay' => sub {
	my $sink = Loket::Sink->start;
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"\nack-limit-site = { "1 in 90 seconds" }));
	writes($cli, 'a@1.example');
	writes($cli->at('2026-11-23 10:01:29'), 'a@2.example');
	$cli->at('2026-11-23 10:01:32')->run('outbox', '--send');
	is scalar(grep { $_->{to} eq 'a@2.example' && $_->{state} eq 'sent' } rows($cli, 'ack')), 0, 'not two seconds after it came';
	$cli->at('2026-11-23 10:02:35')->run('outbox', '--send');
	is scalar(grep { $_->{to} eq 'a@2.example' && $_->{state} eq 'sent' } rows($cli, 'ack')), 1, 'then';
};

subtest 'one mailbox has one limit, however it is written' => sub {
	my $cli = Loket::Cli->new(site => 'ack-limit-address = { "1 in 1 hour" }');
	writes($cli, 'bo@klant.example', from => $_) for 'bo@klant.example', 'bo+1@klant.example', 'BO+2@Klant.example',
		'prvs=1234567890=bo@klant.example', 'SRS0=abcd=ef=klant.example=bo@relay.example';
	is scalar rows($cli, 'ack'), 1, 'one';
};

subtest 'a wrong limit is an error of configuration' => sub {
	for my $limit ('', '10', '0 in 1 hour', '10 in', '10 per hour', 'ten in 1 hour', '-1 in 1 hour', '1000001 in 1 hour', '10 in 0 hours') {
		my $run = Loket::Cli->new(site => qq(ack-limit-desk = { "$limit" }))->run('check');
		is $run->{exit}, 78, "\"$limit\"";
		like $run->{err}, qr/loket\.conf:\d+: ack-limit-desk is ".*", expected a limit such as "10 in 3 hours"/, 'told with its line';
	}
};

subtest 'mail that was on its way for over a day is not acknowledged' => sub {
	# now is Monday 23 November 10:00 in Amsterdam, 09:00 UTC
	my $by = 'from a.example by b.example';
	my %case = (
		'no Received' => [1],
		'no Received, an old Date' => [1, Date => 'Mon, 2 Feb 2015 10:00:00 +0100'],
		'a day, just' => [1, Received => "$by; Sun, 22 Nov 2026 10:00:30 +0100"],
		'over a day' => [0, Received => "$by; Sun, 22 Nov 2026 08:59:00 +0000"],
		'fetched anew, new on top of old' => [0, Received => ["$by; Mon, 23 Nov 2026 09:59:00 +0100",
			"$by; Mon, 2 Nov 2026 10:00:00 +0100"]],
		'old on top of what the sender forged' => [0, Received => ["$by; Mon, 2 Nov 2026 10:00:00 +0100",
			"$by; Mon, 23 Nov 2026 09:59:00 +0100"]],
		'new, an old Date' => [1, Received => "$by; Mon, 23 Nov 2026 09:59:00 +0100",
			Date => 'Mon, 2 Feb 2015 10:00:00 +0100'],
		'old, a new Date' => [0, Received => "$by; Mon, 2 Nov 2026 10:00:00 +0100",
			Date => 'Mon, 23 Nov 2026 09:59:00 +0100'],
		'a date that is none' => [1, Received => "$by; vorige week"],
		'no date' => [1, Received => $by],
		'a date that no mail has' => [1, Received => "$by; Thu, 1 Jan 1970 00:00:00 +0000"],
		'from tomorrow' => [1, Received => "$by; Tue, 24 Nov 2026 10:00:00 +0100"],
		'a semicolon in a comment behind' => [0, Received => "$by; Mon, 2 Nov 2026 10:00:00 +0100 (CET; winter)"],
		'with a comment' => [0, Received => "$by (a; b) ; Mon, 2 Nov 2026 10:00:00 +0100 (CET)"],
	);
	for my $name (sort keys %case) {
		my ($is_acked, @fields) = $case{$name}->@*;
		my $cli = Loket::Cli->new;
		my $got = writes($cli, AN, @fields);
		ok $got->{created}, "$name: a ticket";
		is scalar rows($cli, 'ack'), $is_acked, $is_acked ? "$name: acknowledged" : "$name: not";
		is reason($cli, $got), $is_acked ? undef : 'the mail is older than ack-max-age', "$name: why";
	}
	my $cli = Loket::Cli->new(site => 'ack-max-age = "30 days"');
	writes($cli, AN, Received => "$by; Mon, 2 Nov 2026 10:00:00 +0100");
	is scalar rows($cli, 'ack'), 1, 'the age can be set';
};

subtest 'who gives up tells the postmaster, once a day' => sub {
	my $sink = Loket::Sink->start(rcpt => '550 5.1.1 no such user here');
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"));
	writes($cli, "a\@$_.example") for 1 .. 3;
	$cli->at('2026-11-23 10:05:00')->run('outbox', '--send');
	is_deeply [map { $_->{state} } rows($cli, 'ack')], [('failed') x 3], 'refused for good';
	my ($alert, @more) = rows($cli, 'alert');
	is scalar @more, 0, 'one alert';
	is $alert->{to}, POSTMASTER, 'to the postmaster';
	like $alert->{text} =~ s/\s+/ /gr, qr/aan a\@\d\.example .*no such user here/, 'says whom it was for, and why';
	$cli->at('2026-11-23 10:10:00')->run('outbox', '--send');
	is scalar rows($cli, 'alert'), 1, 'an alert that is refused makes no other';
	writes($cli->at('2026-11-24 10:00:00'), 'a@4.example');
	$cli->at('2026-11-24 10:05:00')->run('outbox', '--send');
	is scalar rows($cli, 'alert'), 2, 'the next day again';
};

subtest 'a stranger\'s words in an address reach no alert' => sub {
	my $sink = Loket::Sink->start(rcpt => '550 5.1.1 no');
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"));
	$cli->take(From => 'a@evil.example', Subject => 'x', from => '"bel 0900-1234"@evil.example');
	$cli->at('2026-11-23 10:05:00')->run('outbox', '--send');
	my ($alert) = rows($cli, 'alert') or return fail 'an alert';
	unlike "$alert->{subject}$alert->{text}", qr/0900/, 'it names the ticket alone';
	like $alert->{text}, qr/ack 260000\d{4}/, 'which';
};

subtest 'each kind that is given up is told of' => sub {
	my $sink = Loket::Sink->start(rcpt => '550 5.1.1 no');
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"));
	my $got = writes($cli, AN);
	$cli->at('2026-11-23 10:05:00')->run('outbox', '--send');
	$cli->run('close', $got->{number}, 'Klaar.');
	$cli->at('2026-11-23 10:06:00')->run('outbox', '--send');
	is scalar(grep { $_->{text} =~ /closing\s+$got->{number}/ } rows($cli, 'alert')), 1, 'the closing note, too';
};

subtest 'one that was given up can be tried again' => sub {
	my $refuses = Loket::Sink->start(rcpt => '550 5.1.1 no');
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$refuses->port}"));
	writes($cli, AN);
	my ($row) = rows($cli, 'ack');
	is $cli->run('outbox', '--retry', $row->{id})->{exit}, 65, 'not while it waits';
	$cli->at('2026-11-23 10:05:00')->run('outbox', '--send');
	my $sink = Loket::Sink->start;
	my $conf = Loket::Cli::bytes_of($cli->dir . '/loket.conf');
	$cli->write('loket.conf', $conf =~ s/127\.0\.0\.1:${\$refuses->port}/127.0.0.1:${\$sink->port}/r);
	is $cli->at('2026-11-23 10:10:00')->run('outbox', '--retry', $row->{id}, '--send')->{exit}, 0, 'tried again';
	is_deeply [map { $_->{to}[0] } grep { $_->{data} =~ /auto-replied/ } $sink->mails], [AN], 'and sent';
	is $cli->run('outbox', '--retry', $row->{id})->{exit}, 65, 'not twice';
	is $cli->run('outbox', '--retry', 999)->{exit}, 65, 'nor what there is not';
	is $cli->run('outbox', '--retry', 'x')->{exit}, 64, 'nor what is no number';
	my $late = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$refuses->port}"));
	writes($late, AN);
	$late->at('2026-11-23 10:05:00')->run('outbox', '--send');
	my $run = $late->at('2026-11-23 15:00:00')->run('outbox', '--retry', [rows($late, 'ack')]->[0]{id});
	is $run->{exit}, 65, 'nor what comes too late';
	like $run->{err}, qr/too late to be of use/, 'and why';
};

subtest 'a dry run says what it would have sent, and sends nothing' => sub {
	my $sink = Loket::Sink->start;
	my $cli = Loket::Cli->new(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"\ndry-run = true));
	my $got = writes($cli, AN);
	my ($told, @more) = $got->{notifications}->@*;
	is scalar @more, 0, 'one';
	is $told->{kind}, 'ack', 'an acknowledgement';
	is $told->{to}, AN, 'to whom';
	like $told->{text}, qr/dinsdag 24 november om 17\.30 uur/, 'in these words';
	is_deeply [$cli->outbox], [], 'nothing is queued';
	my $run = $cli->at('2026-11-23 10:05:00')->run('outbox', '--send');
	like $run->{err}, qr/dry-run: nothing is sent/, 'says so';
	is scalar $sink->mails, 0, 'nothing is sent';
};

done_testing;
