#!/usr/bin/perl
#
# How an agent's mail leaves the desk: in whose name, with what added, and what
# must not be found in it.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Encode qw(decode encode);

use Loket::Cli qw(edits_of passed);
use Loket::Compose qw(compose_bounce);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';
use constant ELS => 'els@acme.example';

sub site($desk, @given) {
	my $cli = Loket::Cli->new(desk => $desk, @given);
	$cli->take(From => AN, Subject => 'Factuur', 'Message-ID' => '<first@klant.example>');
	return $cli;
}

sub answer($cli, @given) {
	return $cli->take(From => 'Jan <jan@acme.example>', login => 'jan', To => AN, rcpt => [AN],
		Subject => 'Re: Factuur', 'In-Reply-To' => '<first@klant.example>',
		'Message-ID' => '<answer@acme.example>', @given);
}

# The values that a field has after the edits.
sub field_after($got, $name, @before) {
	my @values = @before;
	for my $edit (edits_of($got, $name)) {
		push @values, $1 if $edit =~ /^add \Q$name\E: (.*)\z/s;
		$values[$1 - 1] = $2 if $edit =~ /^change \Q$name\E (\d+): (.*)\z/s;
		splice @values, $1 - 1, 1 if $edit =~ /^delete \Q$name\E (\d+)\z/;
	}
	return map { s/\n(?=[ \t])//r } @values;
}

sub envelope_edits($got) {
	return [grep { /^\w+ envelope / } $got->{edits}->@*];
}

subtest 'an answer carries the tag and our keyed id, and no header of ours' => sub {
	my $cli = site('');
	my $got = answer($cli, 'Loket-Ticket' => ['1', '2'], References => '<x@klant.example>');
	is_deeply [field_after($got, 'Subject', 'Re: Factuur')], ["$got->{tag} Re: Factuur"], 'the tag';
	my ($references) = field_after($got, 'References', '<x@klant.example>');
	like $references, qr/^<x\@klant\.example>\s<$got->{number}\.[0-9a-z]{8}\.[0-9a-z]{16}\@acme\.example>\z/, 'our id';
	is_deeply [field_after($got, 'Loket-Ticket', '1', '2')], [], 'forged fields are gone';
	is_deeply [edits_of($got, 'From'), edits_of($got, 'Reply-To'), envelope_edits($got)->@*], [],
		'and nothing else unless it is asked for';
	is $cli->ticket($got->{number})->{state}, 'pending', 'the customer\'s turn';
};

subtest 'a masked agent stands behind the desk' => sub {
	my %site = ('by the desk' => 'mask-agents = true', 'and no Reply-To' => "mask-agents = true\nreply-to-desk = true");
	for my $name (sort keys %site) {
		my $got = answer(site($site{$name}));
		is_deeply [field_after($got, 'From', 'x')], ['"Jan, Acme Klantenservice" <support@acme.example>'], "$name: From";
		is_deeply envelope_edits($got), ['change envelope sender: support@acme.example'], "$name: sender";
		is_deeply [edits_of($got, 'Reply-To')], [], "$name: replies go to From";
	}
};

subtest 'mask of an agent comes before that of the desk' => sub {
	my $els = sub ($mask) { qq(agent "els\@acme.example" { name = "Els" mask = $mask }) };
	my $as_els = sub ($cli) { answer($cli, From => ELS, login => ELS) };
	my $got = $as_els->(site('mask-agents = true', site => $els->('false')));
	is_deeply [edits_of($got, 'From'), envelope_edits($got)->@*], [], 'off';
	$got = $as_els->(site('', site => $els->('true')));
	is_deeply [field_after($got, 'From', 'x')], ['"Els, Acme Klantenservice" <support@acme.example>'], 'on';
};

subtest 'the name is kept, the address never' => sub {
	my %from = (
		'els@acme.example' => 'Acme Klantenservice',
		'"els@acme.example" <els@acme.example>' => 'Acme Klantenservice',
		'"Acme Klantenservice" <els@acme.example>' => 'Acme Klantenservice',
		'Els van Dijk <els@acme.example>' => 'Els van Dijk, Acme Klantenservice',
		'"Dijk, Els \"van\"" <els@acme.example>' => 'Dijk, Els "van", Acme Klantenservice',
		'=?UTF-8?B?RWxzIMOL?= <els@acme.example>' => "Els \x{cb}, Acme Klantenservice",
		'=?UTF-8?Q?Els=0D=0ABcc=3A_x=40y.example?= <els@acme.example>' => 'Acme Klantenservice',
		'=?UTF-8?Q?Els=0D=0ABcc=3A_x?= <els@acme.example>' => 'Els Bcc: x, Acme Klantenservice',
	);
	for my $from (sort keys %from) {
		my $got = answer(site('mask-agents = true'), From => $from, login => ELS, from => ELS);
		my ($value) = edits_of($got, 'From');
		unlike $value, qr/\n(?![ \t])/, "$from: one field";
		unlike $value, qr/els\@/, "$from: no address";
		my ($after) = field_after($got, 'From', $from);
		my ($name, $address) = decode('MIME-Header', $after) =~ /^(.*?) ?<(.*)>\z/;
		is $name =~ s/^"(.*)"\z/$1/r =~ s/\\(.)/$1/gr, $from{$from}, "$from: name";
		is $address, DESK, "$from: address";
	}
};

subtest 'nothing in the header of a masked answer leads to the agent' => sub {
	my $cli = site('mask-agents = true');
	my %field = (
		Sender => 'Secretariaat <secr@acme.example>', 'Reply-To' => ['jan@prive.example', 'Jan <JAN@acme.example>'],
		'Disposition-Notification-To' => 'Jan <jan@acme.example>', 'Return-Receipt-To' => JAN,
		'X-Confirm-Reading-To' => JAN, 'Errors-To' => JAN, 'X-Sender' => 'Jan@Acme.example',
		Autocrypt => 'addr=jan@acme.example; keydata=AAAA', 'Resent-From' => JAN, Bcc => JAN,
		'X-Own' => ['een', 'van jan@acme.example', 'drie'],
	);
	my $got = answer($cli, %field);
	for my $name (sort keys %field) {
		my @before = ref $field{$name} ? $field{$name}->@* : $field{$name};
		my @after = field_after($got, $name, @before);
		my @want = $name =~ /^(?:Disposition|Return-Receipt|X-Confirm)/ ? ('<support@acme.example>') : ();
		is_deeply \@after, \@want, $name;
	}
	my @order = map { /(\d+)$/ } edits_of($got, 'X-Own');
	is_deeply \@order, [3, 2, 1], 'from the highest down';
};

subtest 'what the mail needs stays in a masked answer' => sub {
	my %field = (To => AN, Cc => 'jan@acme.example, Bo <bo@klant.example>', 'Message-ID' => '<jan@acme.example>',
		'Content-Type' => 'text/plain; name="jan@acme.example.txt"', 'X-Mailer' => 'Mutt',
		Received => 'from pc (jan@acme.example) by mail.acme.example; Mon, 23 Nov 2026 09:59:00 +0100');
	my $got = answer(site('mask-agents = true'), %field);
	is_deeply [edits_of($got, $_)], [], $_ for sort keys %field;
};

subtest 'who writes as the desk keeps his From and hides the rest' => sub {
	my $got = answer(site('mask-agents = true'), From => 'Jan bij Acme <support@acme.example>', from => JAN, Sender => JAN);
	is $got->{role}, 'agent', 'an agent';
	is_deeply [edits_of($got, 'From')], [], 'From stays';
	is_deeply [field_after($got, 'Sender', JAN)], [], 'Sender goes';
	is_deeply envelope_edits($got), ['change envelope sender: support@acme.example'], 'so does the envelope\'s';
};

subtest 'reply-to-desk asks for replies at the desk' => sub {
	my $want = '"Acme Klantenservice" <support@acme.example>';
	my %case = ('none' => [[], [$want]], 'his own' => [[JAN], [$want]], 'two' => [[JAN, 'x@y.example'], [$want]],
		'another address of the desk' => [['help@acme.example'], [$want]],
		'right already' => [['Iets <Support@acme.example>'], ['Iets <Support@acme.example>']]);
	for my $name (sort keys %case) {
		my ($before, $after) = $case{$name}->@*;
		my $got = answer(site('reply-to-desk = true'), @$before ? ('Reply-To' => $before) : ());
		is_deeply [field_after($got, 'Reply-To', @$before)], $after, $name;
		is_deeply [edits_of($got, 'From'), envelope_edits($got)->@*], [], "$name: the agent stays in sight";
	}
	my $got = answer(site('reply-to-desk = true'), From => DESK, from => JAN);
	is_deeply [edits_of($got, 'Reply-To')], [], 'not where From is the desk';
};

subtest 'copy-answers lets colleagues see the answer' => sub {
	my %case = ('the customer alone' => [[AN], 1], 'with a colleague' => [[AN, ELS], 1],
		'the desk already' => [[AN, DESK], 0], 'another address of the desk' => [['help@acme.example', AN], 0],
		'another desk' => [['sales@acme.example', AN], 1]);
	for my $name (sort keys %case) {
		my ($rcpt, $is_copied) = $case{$name}->@*;
		my $cli = site('copy-answers = true');
		my $got = answer($cli, rcpt => $rcpt);
		is_deeply envelope_edits($got), [('add envelope recipient: support@acme.example') x $is_copied], $name;
		is_deeply [grep { /^add Loket-/ } $got->{edits}->@*], [], "$name: no header of ours goes out";
	}
};

subtest 'nothing of this happens to other mail' => sub {
	my $all = "mask-agents = true\nreply-to-desk = true\ncopy-answers = true";
	my %mail = (
		'a note to colleagues' => [rcpt => ['support-team@acme.example'], To => 'support-team@acme.example'],
		'a note to the desk' => [rcpt => [DESK], To => DESK],
		'a private mail' => [To => 'oma@familie.example', rcpt => ['oma@familie.example'], 'In-Reply-To' => undef, Subject => 'Hoi'],
		'an agent who asks' => [To => DESK, rcpt => [DESK], 'In-Reply-To' => undef, Subject => 'Printer'],
		'a forged From' => [login => undef],
		'another employee\'s login' => [login => 'kees'],
		'a customer' => [From => AN, login => undef, rcpt => [DESK, 'x@ander.example']],
	);
	for my $name (sort keys %mail) {
		my $got = answer(site($all), from => JAN, $mail{$name}->@*);
		is_deeply [edits_of($got, 'From'), edits_of($got, 'Reply-To'), envelope_edits($got)->@*], [], $name;
	}
};

subtest 'all that an agent sends out in a ticket leaves so' => sub {
	my $all = "mask-agents = true\ncopy-answers = true";
	my $leaves = ['change envelope sender: support@acme.example', 'add envelope recipient: support@acme.example'];
	is_deeply envelope_edits(answer(site($all), To => 'bo@elders.example', rcpt => ['bo@elders.example'])), $leaves,
		'a question to somebody else';
	my $cli = Loket::Cli->new(desk => $all);
	my $got = answer($cli, 'In-Reply-To' => undef, rcpt => [AN, DESK]);
	ok $got->{created}, 'the first mail';
	is_deeply envelope_edits($got), [$leaves->[0]], 'of a ticket too';
};

subtest 'the same answer again is edited as before' => sub {
	my $cli = site("mask-agents = true\ncopy-answers = true");
	my @got = map { answer($cli) } 1 .. 2;
	ok $got[1]{duplicate}, 'a duplicate';
	my @edits = map { [grep { !/References/ } $_->{edits}->@*] } @got;
	is_deeply $edits[1], $edits[0], 'the same edits';
};

subtest 'an answer to a colleague who is the customer leaves so each time' => sub {
	my $boss = 'directie@acme.example';
	my $cli = Loket::Cli->new(desk => "mask-agents = true\nwithhold-auto-replies = true");
	$cli->take(From => $boss, Subject => 'Printer', 'Message-ID' => '<first@klant.example>');
	my @mail = (To => $boss, rcpt => [$boss]);
	my %want = ('an answer' => 'change envelope sender: support@acme.example', 'an automatic reply' => "delete envelope recipient: $boss");
	my %fields = ('an answer' => [], 'an automatic reply' => ['Auto-Submitted' => 'auto-replied', 'Message-ID' => '<a@acme.example>']);
	for my $name (sort keys %want) {
		for my $time ('the first time', 'again') {
			my $got = answer($cli, @mail, $fields{$name}->@*);
			ok scalar(grep { $_ eq $want{$name} } $got->{edits}->@*), "$name, $time";
		}
	}
};

subtest 'a masked answer is ours still when it comes back' => sub {
	my %again = (
		'through a content filter' => [rcpt => [AN, DESK], from => DESK],
		'the copy alone' => [rcpt => [DESK], from => DESK],
	);
	for my $name (sort keys %again) {
		my $cli = site("mask-agents = true\ncopy-answers = true");
		my $answer = answer($cli);
		my $before = $cli->ticket($answer->{number});
		my ($references) = field_after($answer, 'References');
		my $got = answer($cli, login => undef, client => '127.0.0.1', From => '"Jan, Acme Klantenservice" <support@acme.example>',
			Subject => "$answer->{tag} Re: Factuur", References => $references, $again{$name}->@*);
		is $got->{number}, $answer->{number}, "$name: its number";
		ok $got->{duplicate}, "$name: known";
		is_deeply $cli->ticket($answer->{number}), $before, "$name: nothing has happened";
		is_deeply [$cli->acked], [AN], "$name: no acknowledgement";
		is_deeply envelope_edits($got), [], "$name: no further copy";
		is_deeply [edits_of($got, 'Subject')], [], "$name: no further tag";
	}
};

# Who was told something, and in which ticket; the rows that are no
# acknowledgements.
sub told($cli) {
	return map { "$_->{kind} $_->{to} $_->{ticket}" } grep { $_->{kind} ne 'ack' } $cli->outbox;
}

sub event($cli, $number, $what) {
	return map { $_->{detail} } grep { $_->{what} eq $what } $cli->ticket($number)->{events}->@*;
}

subtest 'a second agent\'s answer within an hour is noted to both' => sub {
	my %at = ('10:05:00' => 1, '10:59:00' => 1, '11:01:00' => 0);
	for my $at (sort keys %at) {
		my $cli = site('');
		my $number = answer($cli)->{number};
		$cli->at("2026-11-23 $at");
		my $got = answer($cli, From => ELS, login => ELS, 'Message-ID' => '<els@acme.example>');
		is_deeply [sort(told($cli))], [map({ ("alert $_ $number") x $at{$at} } ELS, JAN)], $at;
		is_deeply [event($cli, $number, 'answered twice')], [(ELS . ' and ' . JAN) x $at{$at}], "$at: event";
	}
};

subtest 'an alert names the other agent and his ticket, in the desk\'s language' => sub {
	my $cli = site('');
	my $got = answer($cli);
	answer($cli, From => ELS, login => ELS, 'Message-ID' => '<els@acme.example>');
	my %row = map { $_->{to} => $_ } grep { $_->{kind} eq 'alert' } $cli->outbox;
	is $row{+JAN}{subject}, "$got->{tag} Twee antwoorden kort na elkaar", 'subject';
	like $row{+JAN}{text}, qr/door u en door\s+els\@acme\.example\./, 'to the first';
	like $row{+ELS}{text}, qr/door u en door\s+jan\@acme\.example\./, 'to the second';
	is_deeply [map { $_->{state} } values %row], [('waiting') x 2], 'they wait';
};

subtest 'what is no second agent\'s answer is noted to nobody' => sub {
	my %second = (
		'the same agent' => ['Message-ID' => '<b@acme.example>'],
		'the same agent as the desk' => [From => DESK, from => JAN, 'Message-ID' => '<b@acme.example>'],
		'the same answer again' => [],
		'a note' => [From => ELS, login => ELS, rcpt => [DESK], 'Message-ID' => '<b@acme.example>'],
		'an out-of-office' => [From => ELS, login => ELS, 'Auto-Submitted' => 'auto-replied', 'Message-ID' => '<b@acme.example>'],
		'a forged one' => [From => ELS, login => undef, rcpt => [AN, DESK], 'Message-ID' => '<b@acme.example>'],
		'a mail to somebody else' => [From => ELS, login => ELS, rcpt => ['bo@elders.example'], 'Message-ID' => '<b@acme.example>'],
	);
	for my $name (sort keys %second) {
		my $cli = site('');
		answer($cli);
		answer($cli, $second{$name}->@*);
		is_deeply [told($cli)], [], $name;
	}
};

sub bounces($cli, $bytes, @rcpt) {
	return $cli->take_bytes($bytes, from => '', rcpt => \@rcpt);
}

subtest 'the agent is told that his answer came back, once' => sub {
	my $cli = site('mask-agents = true');
	my $got = answer($cli);
	bounces($cli, compose_bounce('<answer@acme.example>'), DESK) for 1 .. 2;
	bounces($cli, compose_bounce('<answer@acme.example>', recipient => 'bo@klant.example'), DESK);
	is_deeply [told($cli)], ['alert ' . JAN . " $got->{number}"], 'told';
	my ($row) = grep { $_->{kind} eq 'alert' } $cli->outbox;
	is $row->{subject}, "$got->{tag} Uw antwoord is niet aangekomen", 'subject';
	like $row->{text}, qr/niet aangekomen bij\s+an\@klant\.example\./, 'whom it did not reach';
	like $row->{text}, qr/uiterlijk\s+dinsdag\s+24\s+november\s+om\s+17\.30\s+uur\./, 'and until when he waits';
	my $ticket = $cli->ticket($got->{number});
	ok $ticket->{undeliverable}, 'the ticket is flagged';
	is $ticket->{state}, 'open', 'it is our turn';
	is $ticket->{targets}{'first-response'}{met_at}, undef, 'the clock runs on';
};

subtest 'who wrote the answer is told, not who wrote last' => sub {
	my $cli = site('');
	my $got = answer($cli);
	$cli->at('2026-11-23 14:00:00');
	answer($cli, From => ELS, login => ELS, 'Message-ID' => '<els@acme.example>');
	bounces($cli, compose_bounce('<answer@acme.example>'), JAN);
	is_deeply [told($cli)], ['alert ' . JAN . " $got->{number}"], 'the first';
	my ($row) = grep { $_->{kind} eq 'alert' } $cli->outbox;
	unlike $row->{text}, qr/wacht/, 'the other\'s answer has arrived: nobody waits';
};

subtest 'the agent who wrote first is told too' => sub {
	my $cli = Loket::Cli->new;
	my $got = answer($cli, 'In-Reply-To' => undef, rcpt => [AN, DESK]);
	bounces($cli, compose_bounce('<answer@acme.example>'), DESK);
	is_deeply [told($cli)], ['alert ' . JAN . " $got->{number}"], 'told';
	ok $cli->ticket($got->{number})->{undeliverable}, 'flagged';
};

subtest 'a bounce of anything else tells no agent' => sub {
	my $cli = site('');
	my $got = answer($cli);
	my ($ours) = map { /(<[^<>]+>)$/ } edits_of($got, 'References');
	my %bounce = (
		'of a forged id' => compose_bounce($ours =~ s/\.[0-9a-z]{8}\.[0-9a-z]{16}/.aaaaaaaa.bbbbbbbbbbbbbbbb/r),
		'of something unknown' => compose_bounce('<unknown@acme.example>'),
		'of a delay' => compose_bounce('<answer@acme.example>', action => 'delayed'),
	);
	for my $name (sort keys %bounce) {
		bounces($cli, $bounce{$name}, DESK);
		is_deeply [told($cli)], [], $name;
		ok !$cli->ticket($got->{number})->{undeliverable}, "$name: not flagged";
	}
};

subtest 'one mail to several customers counts for the ticket it names' => sub {
	my $cli = site('');
	my $other = $cli->take(From => 'bo@klant.example', Subject => 'Anders', 'Message-ID' => '<other@klant.example>');
	my $before = $cli->ticket($other->{number});
	my $got = answer($cli, rcpt => [AN, 'bo@klant.example'], To => AN . ', bo@klant.example');
	isnt $got->{number}, $other->{number}, 'the one that it answers';
	ok $cli->ticket($got->{number})->{targets}{'first-response'}{met}, 'whose target is met';
	is_deeply $cli->ticket($other->{number}), $before, 'the other is as it was';
};

# An answer with a keyed address for its bounces, and that address.
sub keyed($cli, @given) {
	my $got = answer($cli, @given);
	my ($address) = map { /^change envelope sender: (.*)/ } $got->{edits}->@*;
	return ($got, $address);
}

subtest 'bounce-address gives each answer an address of its own for bounces' => sub {
	my ($got, $address) = keyed(site('bounce-address = true'));
	my ($references) = field_after($got, 'References');
	my ($ours) = $references =~ /<($got->{number}\.[^<>]+)\@/;
	is $address, "support+b-$ours\@acme.example", 'keyed as our id is';
	is_deeply [edits_of($got, 'From')], [], 'the agent may stay in sight';
	my $cli = site("bounce-address = true\nmask-agents = true");
	my @addresses = map { (keyed($cli, 'Message-ID' => "<$_\@acme.example>"))[1] } 1, 2;
	isnt $addresses[0], $addresses[1], 'one each';
	is((keyed($cli, 'Message-ID' => '<1@acme.example>'))[1], $addresses[0], 'the same one when it comes again');
	$cli = site('bounce-address = true', site => 'recipient-delimiter = "-"');
	like((keyed($cli))[1], qr/^support-b-/, 'the site\'s delimiter');
};

subtest 'bounce-address needs a delimiter' => sub {
	my $run = Loket::Cli->new(site => 'recipient-delimiter = ""', desk => 'bounce-address = true')->run('check');
	is $run->{exit}, 78, 'a wrong configuration';
	like $run->{err}, qr/loket\.conf:\d+: bounce-address is on without recipient-delimiter/, 'which says why';
};

subtest 'a bounce is known by the address it comes to' => sub {
	my %bounce = (
		'without the mail it returns' => compose_bounce('x') =~ s/\n--b\nContent-Type: text\/rfc822-headers.*?(?=\n--b--)//sr,
		'with another Message-ID' => compose_bounce('<rewritten@gateway.example>'),
	);
	for my $name (sort keys %bounce) {
		my $cli = site('bounce-address = true');
		my ($got, $address) = keyed($cli);
		answer($cli, 'Message-ID' => '<later@acme.example>');
		my $bounce = bounces($cli, $bounce{$name}, uc $address);
		is $bounce->{role}, 'bounce', "$name: a bounce";
		is $bounce->{number}, $got->{number}, "$name: of this ticket";
		is_deeply [told($cli)], ['alert ' . JAN . " $got->{number}"], "$name: the agent is told";
		my $ticket = $cli->ticket($got->{number});
		ok $ticket->{undeliverable}, "$name: flagged";
		ok $ticket->{targets}{'first-response'}{met}, "$name: met by the answer that has arrived";
		bounces($cli, compose_bounce('<later@acme.example>'), $address);
		is $cli->ticket($got->{number})->{targets}{'first-response'}{met_at}, undef, "$name: until that comes back too";
	}
};

subtest 'the address proves nothing about another ticket' => sub {
	my $cli = site('bounce-address = true');
	my ($got, $address) = keyed($cli);
	my $other = $cli->take(From => 'bo@klant.example', Subject => 'Anders', 'Message-ID' => '<other@klant.example>');
	my %forged = ('another number' => $address =~ s/b-\d+/b-$other->{number}/r, 'a cut token' => $address =~ s/.@/@/r,
		'no token' => DESK);
	for my $name (sort keys %forged) {
		my $bounce = bounces($cli, compose_bounce("<$name\@nowhere.example>" =~ s/ //gr), $forged{$name});
		is $bounce->{number}, undef, "$name: no ticket";
		ok !$cli->ticket($_->{number})->{undeliverable}, "$name: nothing is flagged" for $got, $other;
	}
};

subtest 'an automatic reply to the keyed address joins and changes nothing' => sub {
	my $cli = site('bounce-address = true');
	my ($got, $address) = keyed($cli);
	my $before = $cli->ticket($got->{number});
	my $reply = $cli->take(From => AN, from => '', rcpt => [$address], Subject => 'Afwezig', 'Auto-Submitted' => 'auto-replied');
	is $reply->{number}, $got->{number}, 'joins';
	my $after = $cli->ticket($got->{number});
	is_deeply [@$after{qw(state targets undeliverable)}], [@$before{qw(state targets undeliverable)}], 'no more';
	is_deeply [told($cli)], [], 'nobody is told';
};

subtest 'an answer without a Message-ID gets ours' => sub {
	my $cli = site('mask-agents = true');
	my $got = answer($cli, 'Message-ID' => undef);
	my ($id) = field_after($got, 'Message-ID');
	like $id, qr/^<$got->{number}\.[0-9a-z]{8}\.[0-9a-z]{16}\@acme\.example>\z/, 'keyed';
	is_deeply [edits_of($got, 'References')], [], 'which is not its own reference';
	is $cli->ticket($got->{number})->{messages}[-1]{message_id}, $id =~ s/[<>]//gr, 'stored';
	is $cli->take(From => AN, Subject => 'Re: x', 'In-Reply-To' => $id)->{number}, $got->{number}, 'a reply joins';
	$cli = site('');
	($id) = field_after(answer($cli, 'Message-ID' => undef), 'Message-ID');
	my $number = bounces($cli, compose_bounce($id), JAN)->{number};
	is $cli->ticket($number)->{targets}{'first-response'}{met_at}, undef, 'a bounce takes it back';
	is_deeply [told($cli)], ['alert ' . JAN . " $number"], 'and its agent is told';
};

subtest 'such an answer is ours still when it comes back' => sub {
	for my $desk ('', 'mask-agents = true') {
		my $cli = site($desk);
		my $got = answer($cli, 'Message-ID' => undef);
		my ($id) = field_after($got, 'Message-ID');
		my $before = $cli->ticket($got->{number});
		answer($cli, login => undef, client => '127.0.0.1', 'Message-ID' => $id,
			$desk ? (From => 'Jan <support@acme.example>', from => DESK) : (from => JAN));
		my $after = $cli->ticket($got->{number});
		is_deeply [@$after{qw(state targets messages)}], [@$before{qw(state targets messages)}], "$desk: as it was";
	}
};

subtest 'an agent\'s automatic reply in a ticket leaves in the name of the desk too' => sub {
	my @away = ('Auto-Submitted' => 'auto-replied', Subject => 'Afwezig', from => '');
	my $cli = site("mask-agents = true\ncopy-answers = true");
	my $before = $cli->ticket(2600000014);
	my $got = answer($cli, @away);
	is $got->{role}, 'robot', 'a robot';
	is_deeply [field_after($got, 'From', 'x')], ['"Jan, Acme Klantenservice" <support@acme.example>'], 'From';
	is_deeply envelope_edits($got), [], 'the null sender stays, and no copy is made';
	my $after = $cli->ticket($got->{number});
	is_deeply [@$after{qw(state targets)}], [@$before{qw(state targets)}], 'it counts for nothing';
	is $after->{messages}[-1]{direction}, 'out', 'it went out';
	is_deeply [edits_of(answer(site(''), @away), 'From')], [], 'unless agents are in sight';
};

subtest 'withhold-auto-replies keeps them from the customer' => sub {
	my %away = (
		'his own' => [JAN, [AN], [AN]],
		'to several' => [JAN, [AN, 'bo@elders.example', ELS, DESK, 'support-team@acme.example'], [AN, 'bo@elders.example']],
		'to an insider' => [JAN, ['directie@acme.example', AN], ['directie@acme.example', AN]],
	);
	for my $name (sort keys %away) {
		my ($from, $rcpt, $withheld) = $away{$name}->@*;
		my $cli = site('withhold-auto-replies = true');
		my $got = answer($cli, From => $from, from => '', rcpt => $rcpt, 'Auto-Submitted' => 'auto-replied');
		is_deeply envelope_edits($got), [map { "delete envelope recipient: $_" } @$withheld], $name;
		is_deeply [event($cli, $got->{number}, 'withheld')], $withheld, "$name: said in the ticket";
		is $cli->ticket($got->{number})->{messages}[-1]{role}, 'robot', "$name: kept there";
	}
};

subtest 'withhold-auto-replies keeps nothing else from anybody' => sub {
	my @away = ('Auto-Submitted' => 'auto-replied', from => '');
	my %mail = (
		'an answer' => [],
		'one outside a ticket' => [@away, 'In-Reply-To' => undef, Subject => 'Afwezig'],
		'a forged one' => [@away, login => undef, rcpt => [AN, DESK]],
		'another employee\'s' => [@away, login => 'kees'],
		'an answer to an invitation' => ['Auto-Submitted' => 'auto-replied', 'Content-Type' => 'text/calendar; method=REPLY'],
		'a receipt' => [@away, 'Content-Type' => 'multipart/report; report-type=disposition-notification; boundary=b'],
		'what a program makes up' => ['Auto-Submitted' => 'auto-generated'],
		'a customer\'s' => [@away, From => AN, login => undef, rcpt => [DESK]],
	);
	for my $name (sort keys %mail) {
		my $got = answer(site('withhold-auto-replies = true'), $mail{$name}->@*);
		is_deeply envelope_edits($got), [], $name;
	}
};

subtest 'a gateway speaks for agents, in their name or the desk\'s' => sub {
	my @site = (site => 'agent-networks = { "198.51.100.0/24" }');
	my @gateway = (login => undef, client => '198.51.100.7');
	my %from = (
		'an agent' => [[From => ELS], ELS],
		'the shared mailbox' => [[From => DESK, from => DESK], DESK],
		'the shared mailbox, and who it is' => [[From => DESK, from => ELS], ELS],
		'no agent' => [[From => 'kees@acme.example'], undef],
		'an agent from elsewhere' => [[From => ELS, client => '198.51.101.7'], undef],
		'the desk from elsewhere' => [[From => DESK, client => '198.51.101.7'], undef],
		'the desk over loopback' => [[From => DESK, client => '127.0.0.1'], undef],
	);
	for my $name (sort keys %from) {
		my ($fields, $agent) = $from{$name}->@*;
		my $cli = site('mask-agents = true', @site);
		my $got = answer($cli, @gateway, @$fields);
		my ($ticket) = $cli->tickets;
		is $got->{role} eq 'agent', defined $agent, "$name: role";
		is $ticket->{agent}, $agent, "$name: who answered";
		is $ticket->{state}, defined $agent ? 'pending' : 'open', "$name: state";
		is_deeply [map { /sender: (.*)/ } $got->{edits}->@*], [defined $agent ? DESK : ()], "$name: masked";
	}
};

done_testing;
