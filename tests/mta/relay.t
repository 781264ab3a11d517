#!/usr/bin/perl
#
# A relay that dies, stalls, refuses or comes back loses and doubles no
# notification, and keeps no mail from coming in.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Encode qw(encode);
use File::Temp;
use IO::Socket::INET;
use MIME::QuotedPrint qw(decode_qp);
use Test::More;
use Time::HiRes qw(time);
use Time::Piece;

use Loket::Compose qw(compose);
use Loket::Maildir;
use Loket::Postfix;
use Loket::Sink;
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant DESK => 'support@acme.example';

# The courier looks into the outbox every two seconds.
use constant LOOK_S => 10;
# Its pauses begin so, and double; what it offers it reserves for so long.
use constant { PAUSE_S => 30, RESERVE_S => 120 };
# So many notifications are on their way at once: COURIER_WORKERS.
use constant COURIERS => 4;
# A mail that comes in takes no longer; and a stop, while the courier waits ten
# seconds for a greeting.
use constant { AT_ONCE_S => 2, STOP_S => 14 };
use constant { MANY => 60, ACKS_MAX => 10 };

my $dir = File::Temp->newdir('relay-XXXXXX',
	DIR => Loket::Site::ROOT . '/build', CLEANUP => !$ENV{LOKET_KEEP});
chmod 0755, $dir;
my $relay = Loket::Postfix->new(dir => "$dir", directory => $dir,
	root => Loket::Site::ROOT, main => {
		smtpd_restriction_classes => 'slow, slower',
		slow => 'sleep 1',
		slower => 'sleep 2',
		smtpd_recipient_restrictions => access_by(
			'later@klant.example' => '450 4.2.1 come back later',
			'never@klant.example' => '550 5.1.1 nobody there',
			'slow.example' => 'slow',
			'slower.example' => 'slower'),
		header_checks => 'regexp:{'
			. ' { /^To:.*proud/ REJECT not such a text } }',
		smtpd_end_of_data_restrictions => access_by(
			'full@klant.example' => '452 4.2.2 no room just now'),
	});

# A site whose notifications go to a port.
sub site($port, $config = '') {
	return Loket::Site->temporary(config => <<~"END");
		relay = "smtp://127.0.0.1:$port"
		ack-delay = "0 seconds"
		$config
		END
}

my $site = site($relay->port('relay'));
$site->start;

END {
	local $?;
	$relay->stop if $relay;
}

sub access_by(%action) {
	my @entries = map { "{ $_ = $action{$_} }" } sort keys %action;
	return "check_recipient_access inline:{ @entries }";
}

# Sends a mail that has to be taken; its ticket.
sub take($site, $from, $to = DESK) {
	my $reply = $site->send($from, [$to], compose("Hallo.\n",
		From => $from, To => $to, Subject => 'Vraag'));
	$reply->{code} == 250 or die "$reply->{code} $reply->{text}";
	return $site->ticket_of($reply);
}

sub rows($site) { return $site->loket_json('outbox')->@* }

# One for each of these.
sub rows_to($site, @addresses) {
	my %row = map { $_->{to} => $_ } rows($site);
	return map { $row{$_} // die "no row to $_" } @addresses;
}

sub row($site, $address) { return (rows_to($site, $address))[0] }

# In its first try.
sub is_in_hand($row) {
	return $row->{state} eq 'waiting' && $row->{attempts}
		&& !$row->{last_error};
}

# The rows to these addresses, once each was offered so often.
sub tried($site, $attempts, @addresses) {
	my @rows;
	wait_for(LOOK_S, sub {
		@rows = rows_to($site, @addresses);
		return !grep { $_->{attempts} < $attempts || is_in_hand($_) }
			@rows;
	}) or die 'the courier does not come';
	return @rows;
}

# From now.
sub seconds_until($row) {
	my $instant = $row->{next_at} =~ s/:(?=\d\d\z)//r;
	return Time::Piece->strptime($instant, '%Y-%m-%dT%H:%M:%S%z')->epoch
		- time;
}

sub waits_for($row, $from_s, $to_s, $name) {
	is $row->{state}, 'waiting', "$name: it waits";
	my $wait_s = seconds_until($row);
	ok $from_s <= $wait_s && $wait_s <= $to_s, "$name: for its time"
		or diag "$wait_s seconds, expected $from_s to $to_s";
}

# What somebody has got through the relay.
sub arrived($address) {
	return grep { $_->get('Delivered-To') eq $address }
		Loket::Maildir->mails($relay->mail_dir . '/outside');
}

sub arrives_once($site, $address, $name) {
	wait_for(LOOK_S, sub { $relay->is_idle && arrived($address) });
	my @mails = arrived($address);
	is scalar @mails, 1, "$name: it arrives once";
	my $row = row($site, $address);
	is_deeply [$row->@{qw(state last_error)}], ['sent', undef],
		"$name: it is known to be sent";
	like $mails[0]->subject, qr/#$row->{ticket}\]/, "$name: as it was";
}

my @early = map { "$_\@klant.example" } qw(an bart carla);

subtest 'while the relay is dead, mail comes in and notifications wait' => sub {
	ok take($site, $_), "$_ has a ticket" for @early;
	for my $row (tried($site, 1, @early)) {
		waits_for($row, PAUSE_S - LOOK_S, PAUSE_S, $row->{to});
		is $row->{attempts}, 1, "$row->{to}: tried once";
		like $row->{last_error}, qr/connect/i, "$row->{to}: and why";
	}
	my $error = $site->loket_ahead(PAUSE_S, 'outbox', '--send')->{err};
	is $error, '', 'a try that fails is no error';
	for my $row (tried($site, 2, @early)) {
		waits_for($row, 3 * PAUSE_S - LOOK_S, 3 * PAUSE_S,
			"$row->{to} again");
	}
};

subtest 'when it comes back, each arrives once' => sub {
	$relay->start;
	$site->loket_ahead(3 * PAUSE_S, 'outbox', '--send');
	arrives_once($site, $_, $_) for @early;
	$site->loket_ahead(RESERVE_S, 'outbox', '--send');
	is scalar arrived($_), 1, "$_: and never again" for @early;
};

# What was said, when, and whether it was the last word.
my %refusal = (
	'later@klant.example' => [waiting => qr/^450 4\.2\.1 .*later/],
	'never@klant.example' => [failed => qr/^550 5\.1\.1 .*nobody/],
	'proud@klant.example' => [failed => qr/^550 5\.7\.1 .*text/],
);

subtest 'what it refuses waits or has failed, with its own words' => sub {
	my %ticket = map { $_ => take($site, $_) } sort keys %refusal;
	for my $row (tried($site, 1, sort keys %refusal)) {
		my ($state, $words) = $refusal{$row->{to}}->@*;
		is $row->{state}, $state, "$row->{to}: $state";
		is $row->{attempts}, 1, "$row->{to}: tried once";
		like $row->{last_error}, $words, "$row->{to}: the words";
		waits_for($row, PAUSE_S - LOOK_S, PAUSE_S, $row->{to})
			if $state eq 'waiting';
		my $ticket = $site->ticket($ticket{$row->{to}}{number});
		my @failed = map { $_->{detail} } grep {
			$_->{what} eq 'ack failed' } $ticket->{events}->@*;
		is scalar @failed, $state eq 'failed' ? 1 : 0,
			"$row->{to}: the ticket tells what is final";
		is scalar arrived($row->{to}), 0, "$row->{to}: nothing arrives";
	}
	$site->loket_ahead(PAUSE_S, 'outbox', '--send');
	for my $row (rows_to($site, sort keys %refusal)) {
		is $row->{attempts}, $row->{state} eq 'failed' ? 1 : 2,
			"$row->{to}: what is final is";
	}
};

subtest 'one that dies with a mail in hand gets it again' => sub {
	my $address = 'dirk@klant.example';
	$relay->stop;
	my $dying = Loket::Sink->start(port => $relay->port('relay'),
		stalls => 'data');
	take($site, $address);
	wait_for(LOOK_S, sub { $dying->mails }) or return fail 'it has it';
	undef $dying;
	my ($row) = tried($site, 1, $address);
	waits_for($row, PAUSE_S - LOOK_S, PAUSE_S, 'offered in vain');
	$relay->start;
	$site->loket_ahead(PAUSE_S, 'outbox', '--send');
	arrives_once($site, $address, 'offered again');
};

# Its pause is long: the end of this is further down.
my $patient = 'eva@klant.example';
$relay->stop;
take($site, $patient);
tried($site, 1, $patient);
$relay->start;

# Nobody answers: the kernel accepts for it.
my $silent = IO::Socket::INET->new(Listen => 2 * COURIERS,
	LocalAddr => '127.0.0.1') or die "listen: $!\n";
my $port = $silent->sockport;
my %desks = (kees => '.', kwaliteit => '.. ' . '.' x 300,
	tweedelijn => 'Größe und Überraschung');
my $stalled = site($port, join '', map { <<~"END" } sort keys %desks);
	desk "$_" {
		name = "$desks{$_}"
		addresses = { "$_\@acme.example" }
		ack = "always"
	}
	END
$stalled->start;

sub mail($n) {
	return compose("Dit is bericht $n.\n", From => 'veel@klant.example',
		To => DESK, Subject => "Bericht $n");
}

subtest 'one that says nothing slows nobody down who writes a lot' => sub {
	take($stalled, "an\@$_.example", "$_\@acme.example")
		for sort keys %desks;
	ok wait_for(LOOK_S, sub { grep { $_->{attempts} } rows($stalled) }),
		'the courier waits for it';
	my (@replies, @slow);
	for my $n (1 .. MANY) {
		my $start = time;
		push @replies, $stalled->send('veel@klant.example', [DESK],
			mail($n));
		push @slow, $n if time - $start > AT_ONCE_S;
	}
	is scalar(grep { $_->{code} == 250 } @replies), MANY, 'all are taken';
	is "@slow", '', 'and at once';
	my %queue_ids = map { $_->{queue_id} => 1 } $stalled->tickets;
	is scalar(grep { $queue_ids{$_->{queue_id}} } @replies), MANY,
		'each makes its ticket';
	is scalar(grep { $_->{to} eq 'veel@klant.example' } rows($stalled)),
		ACKS_MAX, 'a few are acknowledged';
	is_deeply [grep { $_->{state} ne 'waiting' } rows($stalled)], [],
		'meanwhile all that waits';
};

subtest 'and loketd stops in spite of it' => sub {
	my $start = time;
	is $stalled->stop_loketd, 0, 'well';
	cmp_ok time - $start, '<', STOP_S, 'in time';
	my @tried = grep { $_->{last_error} } rows($stalled);
	ok scalar @tried, 'what was in hand is noted';
	like $_->{last_error}, qr/timed? ?out|stopped/i, 'with the reason' for @tried;
	is_deeply [grep { $_->{state} ne 'waiting' } rows($stalled)], [],
		'and waits on, as all of it';
};

undef $silent;
my $sink = Loket::Sink->start(port => $port);
$stalled->loket_ahead(3 * PAUSE_S, 'outbox', '--send');
my %mail = map { $_->{to}[0] => $_ } $sink->mails;

subtest 'when it speaks again, each is told once' => sub {
	is_deeply [sort map { $_->{to}->@* } $sink->mails],
		[sort map { $_->{to} } rows($stalled)], 'who is written to';
	my @tickets = map { $_->{data} =~ /^Message-ID: <(\d+)/m }
		$sink->mails;
	is_deeply [sort @tickets], [sort map { $_->{ticket} } rows($stalled)],
		'about what';
	is_deeply [grep { $_->{state} ne 'sent' } rows($stalled)], [],
		'nothing waits any more';
	is_deeply [grep { $_->{from} ne '' } $sink->mails], [],
		'nobody can answer the sender';
};

subtest 'what is on the wire is one mail to every server' => sub {
	for my $mail ($sink->mails) {
		my ($to, $raw) = ($mail->{to}[0], $mail->{raw});
		unlike $raw, qr/(?<!\r)\n|\r(?!\n)/, "$to: no bare CR or LF";
		unlike $raw, qr/^\.(?!\.)/m, "$to: each dot has its own";
		unlike $raw, qr/[^\r\n\t -~]/, "$to: nothing but ASCII";
		unlike $raw, qr/^[^\r\n]{999}/m, "$to: no line is too long";
	}
	like $mail{'an@kees.example'}{raw}, qr/^\.\.\r$/m,
		'a dot that stands alone is there';
	my @dotted = $mail{'an@kwaliteit.example'}{raw} =~ /^\.\./mg;
	cmp_ok scalar @dotted, '>', 4, 'and lines that begin with one';
	for my $row (rows($stalled)) {
		my $data = $mail{$row->{to}}{data};
		is decode_qp($data =~ s/.*?\r\n\r\n//sr) =~ s/\r\n/\n/gr,
			encode('UTF-8', $row->{text}), "$row->{to}: the text"
			if $row->{to} =~ /^an\@/;
	}
};
$stalled->stop;

# Its clock runs ahead of that which somebody waits by.
my $killed = site($relay->port('relay'));
$killed->start;

subtest 'after kill -9 only what was in hand may be sent twice' => sub {
	my @addresses = map { "klant$_\@slow.example" } 1 .. 3 * COURIERS;
	take($killed, $_) for @addresses;
	my @rows;
	wait_for(LOOK_S, sub {
		@rows = rows_to($killed, @addresses);
		return COURIERS <= grep({ $_->{state} eq 'sent' } @rows)
			&& grep { is_in_hand($_) } @rows;
	}) or return fail 'some are sent, some in hand';
	$killed->kill_loketd;
	@rows = rows_to($killed, @addresses);
	my %in_hand = map { $_->{to} => 1 } grep { is_in_hand($_) } @rows;
	cmp_ok scalar keys %in_hand, '<=', COURIERS, 'so many were in hand';

	$killed->start_loketd;
	my @others = grep { !$in_hand{$_} } @addresses;
	ok wait_for(2 * LOOK_S, sub {
		return !grep { $_->{state} ne 'sent' }
			rows_to($killed, @others);
	}), 'the others are sent';
	is_deeply [grep { !is_in_hand($_) }
		rows_to($killed, sort keys %in_hand)], [],
		'what was in hand is reserved';
	$killed->loket_ahead(RESERVE_S, 'outbox', '--send');
	arrives_once_or_again($_, $in_hand{$_}) for @addresses;
};

sub arrives_once_or_again($address, $was_in_hand) {
	wait_for(LOOK_S, sub { $relay->is_idle && arrived($address) });
	my @mails = arrived($address);
	my %ids = map { $_->get('Message-ID') => 1 } @mails;
	my $most = $was_in_hand ? 2 : 1;
	ok 1 <= @mails && @mails <= $most && keys %ids == 1,
		"$address: no more than $most times"
		or diag scalar(@mails), ' times';
}

# The store cannot be told what the relay has answered.
sub taken_untold($address) {
	take($killed, $address);
	wait_for(LOOK_S, sub { row($killed, $address)->{attempts} })
		or die 'it is not offered';
	my $unlock = $killed->lock_store;
	wait_for(LOOK_S, sub { arrived($address) }) or die 'nothing arrives';
	return $unlock;
}

subtest 'what the relay has taken is told to the store later' => sub {
	my $address = 'frank@slower.example';
	taken_untold($address)->();
	wait_for(LOOK_S, sub { row($killed, $address)->{state} eq 'sent' });
	$killed->loket_ahead(RESERVE_S, 'outbox', '--send');
	arrives_once($killed, $address, $address);
};

subtest 'if that was not to be, it is sent once more' => sub {
	my $address = 'gijs@slower.example';
	my $unlock = taken_untold($address);
	$killed->kill_loketd;
	$unlock->();
	$killed->start_loketd;
	is row($killed, $address)->{state}, 'waiting', 'nothing is known of it';
	$killed->loket_ahead(RESERVE_S, 'outbox', '--send');
	wait_for(LOOK_S, sub { arrived($address) > 1 });
	my @mails = arrived($address);
	is scalar @mails, 2, 'it arrives twice';
	is $mails[1]->get('Message-ID'), $mails[0]->get('Message-ID'),
		'as one and the same mail';
	is row($killed, $address)->{state}, 'sent', 'and no more';
};

subtest 'what waits for a relay goes by itself' => sub {
	wait_for(PAUSE_S, sub { row($site, $patient)->{state} eq 'sent' });
	is row($site, $patient)->{attempts}, 2, 'after its pause';
	arrives_once($site, $patient, $patient);
};

# After smtpd_end_of_data_restrictions have refused a mail, Postfix still has
# its sender, and wants a RSET before another.
subtest 'what it refuses at the end is no harm to what follows' => sub {
	my @next = map { "$_\@klant.example" } qw(hans ine);
	$relay->stop;
	for (['full@klant.example'], \@next) {
		take($site, $_) for @$_;
		tried($site, 1, @$_);
	}
	$relay->start;
	# by one courier, over one connection
	$site->loket_ahead(2 * PAUSE_S, 'outbox', '--send');
	like row($site, 'full@klant.example')->{last_error},
		qr/^452 4\.2\.2 .*room/, 'it is refused';
	is_deeply [map { $_->{state} } rows_to($site, @next)],
		[('sent') x @next], 'what follows is sent';
};

done_testing;
