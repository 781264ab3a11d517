#!/usr/bin/perl
#
# Two tickets about one thing become one: loket merge N INTO leaves INTO, and
# all that names N leads there.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of passed);

use constant { EX_USAGE => 64, EX_DATAERR => 65 };
use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant BO => 'bo@klant.example';
use constant JAN => 'jan@acme.example';

my @PASSED = ('Authentication-Results' => passed('klant.example'));

sub ask($cli, $at, $id, @fields) {
	return $cli->at($at)->take(From => AN, Subject => $id, 'Message-ID' => "<$id\@klant.example>", @PASSED, @fields);
}

sub answer($cli, $at, $id, @fields) {
	return $cli->at($at)->take(From => JAN, login => 'jan', To => AN, rcpt => [AN], Subject => "Re: $id",
		'In-Reply-To' => "<$id\@klant.example>", 'Message-ID' => "<answer.$id\@acme.example>", @fields);
}

sub merge($cli, $at, $from, $into) {
	my $run = $cli->at($at)->run('merge', $from->{number}, $into->{number});
	is $run->{exit}, 0, 'merged' or diag $run->{err};
	return $run;
}

sub ids($cli, $ticket) {
	return [map { $_->{message_id} =~ s/[@.].*//r } $cli->ticket($ticket->{number})->{messages}->@*];
}

subtest 'one ticket is left, with the mails of both' => sub {
	my $cli = Loket::Cli->new;
	my $into = ask($cli, '2026-11-23 10:00:00', 'one');
	my $from = ask($cli, '2026-11-23 11:00:00', 'two');
	my $run = merge($cli, '2026-11-23 12:00:00', $from, $into);
	is $run->{out}, "$from->{number}: merged into $into->{number}\n", 'told in a line';
	is_deeply ids($cli, $into), ['one', 'two'], 'both mails';
	is_deeply ids($cli, $from), [], 'none is left behind';
	my ($kept, $gone) = map { $cli->ticket($_->{number}) } $into, $from;
	is $gone->{state}, 'closed', 'the other is closed';
	is $gone->{successor}, $into->{number}, 'and knows the survivor';
	is $gone->{due}, undef, 'nothing of it is due';
	is $kept->{state}, 'open', 'the survivor is open';
	is_deeply $kept->{links}, [{ number => $from->{number}, kind => 'merged' }], 'linked';
	is $kept->{events}[-1]{what}, 'merged', 'an event tells';
	is_deeply [map { $_->{number} } $cli->tickets], [$into->{number}], 'one in the list';
};

subtest 'whatever names the other leads to the survivor' => sub {
	my %way = (
		'a tag' => sub ($from, $token) { (Subject => "Re: $from->{tag} vraag") },
		'a known Message-ID' => sub ($from, $token) { ('In-Reply-To' => '<two@klant.example>') },
		'a token' => sub ($from, $token) { (References => $token, From => 'an@prive.example') },
	);
	for my $name (sort keys %way) {
		my $cli = Loket::Cli->new;
		my $into = ask($cli, '2026-11-23 10:00:00', 'one');
		my $from = ask($cli, '2026-11-23 10:00:00', 'two');
		my ($token) = map { /(<[^<>]+>)$/ } edits_of(answer($cli, '2026-11-23 10:30:00', 'two'), 'References');
		merge($cli, '2026-11-23 12:00:00', $from, $into);
		my $got = ask($cli, '2026-11-23 13:00:00', 'three', $way{$name}->($from, $token));
		is $got->{number}, $into->{number}, "$name: the survivor";
		is $cli->ticket($from->{number})->{state}, 'closed', "$name: the other stays closed";
		next if $name ne 'a tag';
		is_deeply [edits_of($got, 'Subject')], ["change Subject 1: $into->{tag} Re: vraag"],
			'the merged tag is taken out';
		is $cli->ticket($into->{number})->{messages}[-1]{subject}, "Re: $from->{tag} vraag", 'and kept in the store';
	}
};

subtest 'merged twice, it leads to the last' => sub {
	my $cli = Loket::Cli->new;
	my ($one, $two, $three) = map { ask($cli, '2026-11-23 10:00:00', $_) } qw(one two three);
	merge($cli, '2026-11-23 11:00:00', $one, $two);
	merge($cli, '2026-11-23 12:00:00', $two, $three);
	is ask($cli, '2026-11-23 13:00:00', 'four', Subject => $one->{tag})->{number}, $three->{number}, 'the last';
};

subtest 'participants of either may join' => sub {
	my $cli = Loket::Cli->new;
	my $into = ask($cli, '2026-11-23 10:00:00', 'one');
	my $from = ask($cli, '2026-11-23 10:00:00', 'two', From => BO);
	my $eva = 'eva@vreemd.example';
	merge($cli, '2026-11-23 12:00:00', $from, $into);
	for my $who (AN, BO) {
		is ask($cli, '2026-11-23 13:00:00', "re.$who", From => $who, Subject => $into->{tag})->{number},
			$into->{number}, $who;
	}
	ok ask($cli, '2026-11-23 13:00:00', 'eva', From => $eva, Subject => $from->{tag})->{created}, 'a stranger may not';
};

subtest 'what was promised sooner is kept' => sub {
	for my $order (['one', 'two'], ['two', 'one']) {
		my $cli = Loket::Cli->new;
		my %ticket = (one => ask($cli, '2026-11-23 10:00:00', 'one'), two => ask($cli, '2026-11-24 10:00:00', 'two'));
		my ($from, $into) = @ticket{@$order};
		merge($cli, '2026-11-24 11:00:00', $from, $into);
		my $kept = $cli->ticket($into->{number});
		is $kept->{due}, '2026-11-24T17:30:00+01:00', "$order->[0] into $order->[1]: due";
		answer($cli, '2026-11-24 12:00:00', 'one');
		like $cli->ticket($into->{number})->{targets}{'next-response'}{met_at}
			// $cli->ticket($into->{number})->{targets}{'first-response'}{met_at},
			qr/^2026-11-24T12:00:0/, 'an answer meets it';
		is $cli->ticket($into->{number})->{due}, undef, 'and nothing is due any more';
	}
};

subtest 'an answered ticket waits again for what the other asks' => sub {
	my $cli = Loket::Cli->new;
	my $into = ask($cli, '2026-11-23 10:00:00', 'one');
	answer($cli, '2026-11-23 11:00:00', 'one');
	my $from = ask($cli, '2026-11-24 10:00:00', 'two');
	merge($cli, '2026-11-24 11:00:00', $from, $into);
	my $kept = $cli->ticket($into->{number});
	is $kept->{state}, 'open', 'our turn';
	is $kept->{targets}{'next-response'}{due}, '2026-11-25T17:30:00+01:00', 'as it was promised';
	is $kept->{targets}{'first-response'}{met_at}, '2026-11-23T11:00:00+01:00', 'the first stays met';
};

subtest 'a bounce of the other\'s answer flags the survivor' => sub {
	my $cli = Loket::Cli->new;
	my $into = ask($cli, '2026-11-23 10:00:00', 'one');
	my $from = ask($cli, '2026-11-23 10:00:00', 'two');
	answer($cli, '2026-11-23 11:00:00', 'two');
	merge($cli, '2026-11-23 12:00:00', $from, $into);
	$cli->take_bounce('<answer.two@acme.example>');
	ok $cli->ticket($into->{number})->{undeliverable}, 'flagged';
};

subtest 'the same mail once more has the survivor\'s number' => sub {
	my $cli = Loket::Cli->new;
	my $into = ask($cli, '2026-11-23 10:00:00', 'one');
	my @mail = (Date => 'Mon, 23 Nov 2026 10:00:00 +0100');
	my $from = ask($cli, '2026-11-23 10:00:00', 'two', @mail);
	merge($cli, '2026-11-23 12:00:00', $from, $into);
	my $got = ask($cli, '2026-11-23 12:01:00', 'two', @mail);
	ok $got->{duplicate}, 'a duplicate';
	is $got->{number}, $into->{number}, 'the survivor';
	is scalar $cli->ticket($into->{number})->{messages}->@*, 2, 'nothing is added';
};

subtest 'no ring, not itself, nothing that is ended or absent' => sub {
	my $cli = Loket::Cli->new;
	my ($one, $two, $three, $four) = map { ask($cli, '2026-11-23 10:00:00', $_)->{number} } qw(one two three four);
	is $cli->run('merge', $one, $two)->{exit}, 0, 'one into two';
	is $cli->run('close', $four)->{exit}, 0, 'four is closed';
	my @refused = (
		['itself', EX_DATAERR, qr/is that ticket itself/, $three, $three],
		['a ring', EX_DATAERR, qr/mail for ticket $one goes to $two now/, $two, $one],
		['a merged one again', EX_DATAERR, qr/ticket $one is closed/, $one, $three],
		['into a closed one', EX_DATAERR, qr/ticket $four is closed/, $three, $four],
		['into none', EX_DATAERR, qr/no ticket 2699999996/, $three, '2699999996'],
		['none', EX_DATAERR, qr/no ticket 2699999996/, '2699999996', $three],
		['into no number', EX_DATAERR, qr/no ticket 12/, $three, '12'],
		['into nothing', EX_USAGE, qr/usage: loket \[-c FILE\] merge N INTO/, $three],
		['too much', EX_USAGE, qr/usage/, $three, $two, $one],
	);
	my @before = map { $cli->ticket($_) } $one, $two, $three, $four;
	for my $case (@refused) {
		my ($name, $exit, $why, @arguments) = @$case;
		my $run = $cli->run('merge', @arguments);
		is $run->{exit}, $exit, "$name: exit";
		like $run->{err}, $why, "$name: why";
		is $run->{out}, '', "$name: nothing on stdout";
	}
	is_deeply [map { $cli->ticket($_) } $one, $two, $three, $four], \@before, 'nothing has changed';
};

done_testing;
