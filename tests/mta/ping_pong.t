#!/usr/bin/perl
#
# Two servers that answer each other end after one exchange: two of our own, or
# ours and an autoresponder that knows no rule. What comes back of our own makes
# nothing new.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Compose qw(compose);
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant SETTLE_S => 60;
# Longer than a notification waits until it is looked at.
use constant QUIET_S => 5;

# So many acknowledgements an address gets in three hours.
use constant ACKS_MAX => 10;
# Whoever has answered so often goes on for ever.
use constant ANSWERS_MAX => 30;

use constant MALLORY => 'mallory@elders.example';

my %hasty = (config => 'ack-delay = "0 seconds"');
my $acme = Loket::Site->temporary(%hasty);
my $buren = Loket::Site->temporary(%hasty, domain => 'buren.example',
	desk => 'tag = "BUREN"');
$acme->server->route('buren.example', $buren->server->port('smtp'));
$buren->server->route('acme.example', $acme->server->port('smtp'));
$_->start for $acme, $buren;

sub desk($site) { return 'support@' . $site->server->domain }

# Until nothing is on its way any more. Each is asked twice: a mail may have
# come to the one that was asked before.
sub come_to_rest(@sites) {
	wait_for(SETTLE_S, sub { !grep { !$_->is_settled } @sites, @sites })
		or die 'the sites do not come to rest';
}

# Sends a mail that has to be taken; its ticket.
sub take($site, $from, $mail) {
	my $reply = $site->send($from, [desk($site)], $mail);
	$reply->{code} == 250 or die "$reply->{code} $reply->{text}";
	return $site->ticket_of($reply);
}

sub question($site, @fields) {
	return compose("Hoe laat gaat u open?\n", To => desk($site),
		Subject => 'Openingstijden', @fields);
}

sub tickets_of($site, $customer) {
	return grep { $_->{customer} eq $customer } $site->tickets;
}

# Who speaks in a ticket, mail by mail.
sub roles($site, $ticket) {
	return map { $_->{role} }
		$site->ticket($ticket->{number})->{messages}->@*;
}

# Those that a robot began.
sub robots_tickets_of($site, $customer) {
	return grep { (roles($site, $_))[0] eq 'robot' }
		tickets_of($site, $customer);
}

# Those that left or wait to leave.
sub acks_to($site, $address) {
	return grep { $_->{kind} eq 'ack' && $_->{to} eq $address }
		$site->loket_json('outbox')->@*;
}

# All that there is at a site, counted.
sub account($site) {
	my $status = $site->loket_json('status');
	my @mails = glob "\Q${\$site->server->mail_dir}\E"
		. '/{outside,*/*}/new/*';
	return sprintf '%d tickets, %d messages, %d waiting, %d delivered',
		$status->{store}->@{qw(tickets messages)},
		$status->{outbox}{waiting}, scalar @mails;
}

sub nothing_moves(@sites) {
	my $before = join '; ', map { account($_) } @sites;
	my $after;
	wait_for(QUIET_S, sub {
		$after = join '; ', map { account($_) } @sites;
		return $after ne $before;
	});
	is $after, $before, 'nothing more moves';
}

# Somebody writes to one desk with the address of the other in some of these
# places; `acked`, whether the other desk is told.
my @forgeries = (
	{ name => 'in envelope and From', acked => 1,
		fields => sub ($victim) { From => $victim } },
	{ name => 'in the envelope', acked => 1,
		fields => sub ($victim) { From => MALLORY } },
	{ name => 'in From and Reply-To', acked => 0, sender => MALLORY,
		fields => sub ($victim) {
			(From => $victim, 'Reply-To' => $victim) } },
);

sub try_forgery($forgery, $site, $other) {
	my $victim = desk($other);
	my $acks = acks_to($site, $victim);
	my $back = acks_to($other, desk($site));
	my %known = map { $_->{number} => 1 } $other->tickets;

	ok take($site, $forgery->{sender} // $victim,
		question($site, $forgery->{fields}->($victim))), 'a ticket';
	come_to_rest($acme, $buren);
	is acks_to($site, $victim) - $acks, $forgery->{acked},
		'how often the other desk is told of it';
	my @new = grep { !$known{$_->{number}} } $other->tickets;
	is scalar @new, $forgery->{acked}, 'how many tickets that makes there';
	is_deeply [map { roles($other, $_) } @new], [('robot') x @new],
		'a robot speaks in it, and nobody to it';
	is acks_to($other, desk($site)) - $back, 0, 'nothing goes back';
}

for (['Acme gets Buren\'s', $acme, $buren],
		['Buren gets Acme\'s', $buren, $acme]) {
	my ($name, $site, $other) = @$_;
	for my $forgery (@forgeries) {
		subtest "$name address $forgery->{name}" => sub {
			try_forgery($forgery, $site, $other);
		};
	}
}

subtest 'after that it is quiet' => sub { nothing_moves($acme, $buren) };

subtest 'forged again and again, it ends at the limit' => sub {
	my $victim = desk($buren);
	take($acme, $victim, question($acme, From => $victim))
		for 1 .. ACKS_MAX + 2;
	come_to_rest($acme, $buren);
	is scalar acks_to($acme, $victim), ACKS_MAX, 'so often it is told';
	is scalar robots_tickets_of($buren, desk($acme)), ACKS_MAX,
		'and so many tickets it has of that';
};

# An autoresponder outside that answers all it gets: also what comes from the
# null sender, which it answers to Reply-To or From. Debian has nothing so
# broken, so it is played here. $fields->($mail, $n) gives the fields of its
# $n-th answer; the replies to its answers are returned.
sub answer_everything($site, $address, $fields) {
	my (%seen, @replies);
	while (@replies < ANSWERS_MAX) {
		# now, not when the courier looks next
		$site->loket('outbox', '--send');
		come_to_rest($site);
		my @new = grep { !$seen{$_->{file}}++ } $site->outside($address)
			or last;
		push @replies, answer($site, $address, $_,
			$fields->($_, scalar @replies)) for @new;
	}
	return @replies;
}

sub answer($site, $address, $mail, @fields) {
	my ($sender) = $mail->get('Return-Path') =~ /<(.+)>/;
	my $field = $mail->get('Reply-To') // $mail->get('From');
	my ($to) = $sender // $field =~ /([^\s<>]+@[^\s<>]+)/;
	return $site->send($address, [$to], compose("Wij zijn er niet.\n",
		From => $address, To => $to, @fields));
}

my %naive = (
	'its subject' => sub ($mail, $n) {
		return (Subject => 'Re: ' . $mail->get('Subject'));
	},
	'its thread' => sub ($mail, $n) {
		return (Subject => "Re: antwoord $n",
			'In-Reply-To' => $mail->get('Message-ID'));
	},
	'its subject and thread' => sub ($mail, $n) {
		return (Subject => 'Re: ' . $mail->get('Subject'),
			'In-Reply-To' => $mail->get('Message-ID'),
			References => join ' ', grep { defined }
				$mail->get('References'),
				$mail->get('Message-ID'));
	},
);
for my $kept (sort keys %naive) {
	subtest "whoever answers all and keeps $kept answers once" => sub {
		my $address = ($kept =~ s/\W+/-/gr) . '@naief.example';
		take($acme, $address, question($acme, From => $address));
		my @replies = answer_everything($acme, $address, $naive{$kept});
		is_deeply [map { $_->{code} } @replies], [250],
			'its answer is taken';
		my ($ticket, @more) = tickets_of($acme, $address);
		is_deeply \@more, [], 'and joins';
		is_deeply [roles($acme, $ticket)],
			[qw(customer loket customer)], 'the thread';
		is scalar acks_to($acme, $address), 1, 'one acknowledgement';
	};
}

subtest 'whoever answers all and keeps nothing ends at the limit' => sub {
	my $address = 'niets@naief.example';
	my $fresh = sub ($mail, $n) { (Subject => "Re: antwoord $n") };
	take($acme, $address, question($acme, From => $address));
	my @replies = answer_everything($acme, $address, $fresh);
	is_deeply [map { $_->{code} } @replies], [(250) x ACKS_MAX],
		'as many answers as acknowledgements';
	is scalar acks_to($acme, $address), ACKS_MAX, 'so many it gets';
	is scalar $acme->acks($address), ACKS_MAX, 'and has got';
	is scalar tickets_of($acme, $address), 1 + ACKS_MAX,
		'each answer makes a ticket';

	my @late = map { take($acme, $address, question($acme,
		From => $address, Subject => "Nog een vraag $_")) } 1 .. 3;
	come_to_rest($acme);
	is_deeply [map { $_->{customer} } @late], [($address) x 3],
		'further mails make tickets';
	is scalar acks_to($acme, $address), ACKS_MAX, 'and nothing else';
	my ($why) = grep { $_->{what} eq 'ack suppressed' }
		$late[-1]{events}->@*;
	like $why->{detail}, qr/10 in 3 h/, 'the ticket says why';
};

subtest 'our own notification that comes back makes nothing' => sub {
	my $address = 'an@klant.example';
	take($acme, $address, question($acme, From => $address));
	come_to_rest($acme);
	my ($ack) = $acme->acks($address);
	# a mail server takes Return-Path away itself
	my $whole = $ack->{raw} =~ s/^Return-Path: .*\n//mr;
	my %mail = (whole => $whole, 'under another Message-ID' =>
		$whole =~ s/^(Message-ID: ).*/$1<new\@elders.example>/mr);
	my @outbox = $acme->loket_json('outbox')->@*;
	my @tickets = $acme->tickets;
	for my $how (sort keys %mail) {
		for my $sender ('', 'list@elders.example') {
			my $name = "$how, from <$sender>";
			my $reply = $acme->send($sender, [desk($acme)],
				$mail{$how});
			is $reply->{code}, 250, "$name: it is taken";
			my $copy = $acme->delivered('support', $reply);
			my ($head) = $copy->{raw} =~
				/\A(.*\n)\Q$mail{$how}\E\z/s;
			ok defined $head, "$name: it passes unchanged";
			unlike $head // '', qr/^Loket-/m, "$name: as it was";
		}
	}
	come_to_rest($acme);
	is scalar $acme->tickets, @tickets, 'no ticket';
	is_deeply $acme->loket_json('outbox'), \@outbox, 'no notification';
};

subtest 'at last it is quiet' => sub { nothing_moves($acme, $buren) };

done_testing;
