#!/usr/bin/perl
#
# Attempts to enter, answer or bend somebody else's ticket. Each row is one,
# and the ticket stays as it was but for what the row admits.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64 qw(encode_base64);
use Test::More;

use Loket::Cli qw(edits_of passed failed);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant BO => 'bo@klant.example';
use constant EVA => 'eva@vreemd.example';
use constant JAN => 'jan@acme.example';
use constant CPU_S => 2;

my @THREAD_INDEX = ('Thread-Index' => encode_base64("\1time5conversation-of-an", ''));
my @PASSED = ('Authentication-Results' => passed('vreemd.example'));

my $cli = Loket::Cli->new(site => 'key-lifetime = "1 day"');

sub token_of($answer) {
	my ($token) = map { /<([^<>]+)>$/ } edits_of($answer, 'References');
	return $token;
}

# A thread in which a response is owed; with the token that its customer has.
sub thread($from, $name) {
	my $first = $cli->take(From => $from, Subject => $name, 'Message-ID' => "<first.$name\@klant.example>",
		$name eq 'factuur' ? @THREAD_INDEX : ());
	my $answer = $cli->take(From => JAN, login => 'jan', To => $from, rcpt => [$from], Subject => "Re: $name",
		'In-Reply-To' => "<first.$name\@klant.example>", 'Message-ID' => "<answer.$name\@acme.example>");
	$cli->take(From => $from, Subject => "Re: $name", 'In-Reply-To' => "<answer.$name\@acme.example>");
	return { %$first, token => token_of($answer) };
}

my $old = do {
	$cli->at('2026-11-20 10:00:00');
	my $hers = thread(BO, 'oud');
	$cli->at('2026-11-21 10:00:00')->run('rekey');
	$cli->at('2026-11-23 10:00:00');
	$hers->{token};
};
my $hers = thread(BO, 'bestelling');
my $victim = thread(AN, 'factuur');
my ($number, $tag, $token) = $victim->@{qw(number tag token)};
my $before = $cli->ticket($number);

sub with_last_digit($number, $digit) {
	return substr($number, 0, 9) . $digit;
}

# What became of the victim's ticket: the keys that have changed, links apart.
sub changed($after) {
	my $json = JSON::PP->new->canonical->allow_nonref;
	return sort grep { $_ ne 'links' && $json->encode($after->{$_}) ne $json->encode($before->{$_}) } keys %$after;
}

# Brings the attempt and looks at the ticket; the keys that may have changed.
sub leaves_alone($name, $attempt, @may) {
	my $got = $cli->take(Subject => 'Re: factuur', @$attempt);
	my $after = $cli->ticket($number);
	is_deeply [changed($after)], [sort @may], "$name: the ticket";
	is_deeply [grep { $_->{kind} ne 'doubt' } $after->{links}->@*], [], "$name: its links";
	$before = $after;
	return $got;
}

my @reply = ('In-Reply-To' => '<answer.factuur@acme.example>', References => '<first.factuur@klant.example>');
my @answer = (To => AN, rcpt => [AN], @reply);

my @as_agent = (
	['from outside' => []],
	['from loopback' => [client => '127.0.0.1']],
	['from loopback of IPv6' => [client => '::1']],
	['from loopback with a content filter\'s trace' => [client => '127.0.0.1', 'X-Virus-Scanned' => 'amavis',
		Received => 'from localhost by mx.acme.example; Mon, 23 Nov 2026 10:00:00 +0100']],
	['from another employee\'s login' => [login => 'piet']],
	['from another agent\'s login' => [login => 'els@acme.example']],
	['with a login of his name elsewhere' => [login => 'jan@vreemd.example']],
	['with an empty login' => [login => '']],
	['with dmarc=pass, which is not asked for' => ['Authentication-Results' => passed('acme.example')]],
	['with the agent as Sender alone' => [From => EVA, Sender => JAN]],
	['with the agent in the envelope alone' => [From => EVA, from => JAN]],
	['with the agent\'s address as name' => [From => '"jan@acme.example" <eva@vreemd.example>']],
	['with two authors' => [From => 'jan@acme.example, eva@vreemd.example', login => 'els@acme.example']],
	['with the desk as From' => [From => DESK]],
);

subtest 'a forged agent answers nothing' => sub {
	for my $row (@as_agent) {
		my ($name, $as) = @$row;
		my $got = leaves_alone("$name, to the customer", [From => JAN, @$as, @answer]);
		isnt $got->{role}, 'agent', "$name: no agent";
		is $got->{number}, undef, "$name: passes";
		is_deeply [edits_of($got, 'References|Subject')], [], "$name: gets nothing of ours";
		$got = leaves_alone("$name, to customer and desk", [From => JAN, @$as, @answer, rcpt => [AN, DESK]]);
		isnt $got->{number}, $number, "$name: does not join";
		leaves_alone("$name, as a note", [From => JAN, @$as, rcpt => [DESK], @reply]);
	}
};

subtest 'a forged agent with the customer\'s token adds a mail that counts for nothing' => sub {
	for my $as ([], [client => '127.0.0.1'], [login => 'piet'], [From => DESK]) {
		my $got = leaves_alone("@$as", [From => JAN, @$as, rcpt => [DESK], References => "<$token>"],
			qw(events messages));
		isnt $got->{role}, 'agent', 'no agent';
		is_deeply [edits_of($got, 'Loket-Doubt')], [@$as && $as->[0] eq 'login' ? () : 'add Loket-Doubt: unauthenticated'],
			'with a doubt unless he has logged in';
	}
};

my @stranger = (
	['a right number as tag' => [Subject => "Re: $tag factuur"]],
	['in capitals and with spaces' => [Subject => "RE: [ Acme # $number ] factuur"]],
	['in an encoded word' => [Subject => '=?UTF-8?B?' . encode_base64("Re: $tag factuur", '') . '?=']],
	['a known Message-ID' => ['In-Reply-To' => '<first.factuur@klant.example>']],
	['the agent\'s Message-ID' => ['In-Reply-To' => '<answer.factuur@acme.example>']],
	['References' => [References => '<x@y.example> <first.factuur@klant.example>']],
	['a conversation' => [@THREAD_INDEX]],
	['all of it' => [Subject => $tag, @reply, @THREAD_INDEX]],
	['forwarded' => [Subject => "Fwd: $tag factuur", @reply]],
	['as a machine' => [Subject => $tag, 'Auto-Submitted' => 'auto-replied']],
	['the customer as Reply-To' => [Subject => $tag, 'Reply-To' => AN]],
	['the customer as Sender' => [Subject => $tag, Sender => AN]],
	['the customer as Resent-From' => [Subject => $tag, 'Resent-From' => AN]],
	['the customer in the envelope' => [Subject => $tag, from => AN]],
	['the customer as a name' => [Subject => $tag, From => '"an@klant.example" <eva@vreemd.example>']],
	['the customer\'s domain in front' => [Subject => $tag, From => 'an@klant.example.vreemd.example']],
	['the customer as a local part' => [Subject => $tag, From => '"an@klant.example"@vreemd.example']],
	['the customer as one of two authors' => [Subject => $tag, From => 'an@klant.example, eva@vreemd.example']],
	['two From fields' => [Subject => $tag, From => ['an@klant.example', 'eva@vreemd.example'], from => EVA]],
	['the customer, who failed' => [Subject => $tag, From => AN, 'Authentication-Results' => failed('klant.example')]],
	['a login of ours' => [Subject => $tag, From => 'piet@acme.example', login => 'piet']],
);

subtest 'a stranger makes a ticket of his own, in doubt' => sub {
	for my $row (@stranger) {
		my ($name, $with) = @$row;
		my $got = leaves_alone($name, [From => EVA, @PASSED, @$with]);
		ok $got->{created}, "$name: a ticket of his own";
		is_deeply $cli->ticket($got->{number})->{links}, [{ number => $number, kind => 'doubt' }], "$name: linked";
		is scalar edits_of($got, 'Loket-Doubt'), 1, "$name: agents are told";
		is_deeply [join(' ', edits_of($got, 'Subject')) =~ /#(\d{10})/g], [$got->{number}],
			"$name: no other number in the subject";
		$got = leaves_alone("$name, to an agent", [From => EVA, @PASSED, @$with, rcpt => [JAN]]);
		is $got->{number}, undef, "$name, to an agent: passes";
	}
};

my @names_nothing = (
	map({ ['the check digit ' . $_, [Subject => '[ACME #' . with_last_digit($number, $_) . ']']] }
		grep { $_ != substr $number, 9 } 0 .. 9),
	['a digit less' => [Subject => '[ACME #' . substr($number, 0, 9) . ']']],
	['a digit more' => [Subject => "[ACME #${number}0]"]],
	['no bracket' => [Subject => "ACME #$number"]],
	['another company\'s tag' => [Subject => "[OTHER #$number]"]],
	['a tag in the body' => [Subject => 'Vraag', body => "$tag\n\nHet gaat om $tag.\n"]],
	['a tag in other fields' => [Subject => 'Vraag', Comments => $tag, Keywords => $tag, 'Thread-Topic' => $tag,
		'X-Ticket' => $number, To => qq("$tag" <${\DESK}>)]],
	['a number as address' => [rcpt => ["support+$number\@acme.example"]]],
	['the token in the subject' => [Subject => "Re: $token"]],
	['the token in the body' => [Subject => 'Vraag', body => "<$token>\n"]],
	['the token as his own Message-ID' => [Subject => 'Vraag', 'Message-ID' => "<$token>"]],
	['the token of another ticket for this number' => [References =>
		'<' . ($hers->{token} =~ s/$hers->{number}/$number/r) . '>']],
	['a cut token' => [References => '<' . ($token =~ s/.(?=@)//r) . '>']],
	['a token without its number' => [References => '<' . substr($token, 11) . '>']],
	['a token with a character changed' => [References => '<' . ($token =~ s/([^@])(?=@)/$1 eq 'a' ? 'b' : 'a'/er) . '>']],
	['a token with a character more' => [References => '<' . ($token =~ s/(?=@)/0/r) . '>']],
	['a token of an old key' => [References => "<$old>"]],
	['a token of his own making' => [References => "<$number.abcdefgh.0123456789abcdef\@acme.example>"]],
	['a token in an address' => [rcpt => ['support+' . ($token =~ s/@.*//r) . '@acme.example']]],
	['a cut conversation' => ['Thread-Index' => substr $THREAD_INDEX[1], 0, 28]],
	['Loket-Ticket' => ['Loket-Ticket' => $number]],
	['Loket-* three times' => ['Loket-Ticket' => [$number, $number, $number], 'Loket-Desk' => 'support']],
	['Loket-* in any case' => ['LOKET-TICKET' => $number, 'LoKeT-doubt' => 'none']],
	['a loop mark' => ['Loket-Loop' => "$number.0123456789abcdef"]],
);

subtest 'what is no evidence makes an ordinary ticket' => sub {
	for my $row (@names_nothing) {
		my ($name, $with) = @$row;
		my $got = leaves_alone($name, [From => AN, @$with]);
		ok $got->{created}, "$name: a ticket";
		is_deeply $cli->ticket($got->{number})->{links}, [], "$name: linked with nothing";
	}
};

subtest 'Loket-* of an outsider is taken out, the highest first' => sub {
	my $got = leaves_alone('three', [From => EVA, Subject => 'Vraag', 'Loket-Ticket' => [$number, '1', '2'],
		'LOKET-desk' => 'x', 'Loket-Loop' => 'x']);
	my @deleted = map { lc } grep { /^delete/ } $got->{edits}->@*;
	is_deeply [grep { /ticket/ } @deleted], [map { "delete loket-ticket $_" } 3, 2, 1], 'each instance';
	is_deeply [sort grep { !/ticket/ } @deleted], ['delete loket-desk 1', 'delete loket-loop 1'], 'and the others';
	is_deeply [edits_of($got, 'Loket-Ticket')], [grep({ /^delete/ } edits_of($got, 'Loket-Ticket')),
		"add Loket-Ticket: $got->{number}"], 'its own number alone stays';
};

subtest 'token and tag of two tickets: the token counts' => sub {
	my $got = leaves_alone('her token, his tag', [From => BO, Subject => "Re: $tag", References => "<$hers->{token}>"]);
	is $got->{number}, $hers->{number}, 'her own ticket';
	$got = leaves_alone('her tag beside his', [From => BO, Subject => "Re: $tag $hers->{tag}"]);
	is $got->{number}, $hers->{number}, 'her own ticket';
	unlike join(' ', edits_of($got, 'Subject')), qr/$number/, 'his number goes';
};

subtest 'whom a stranger adds stays a stranger' => sub {
	my $mallory = 'mallory@vreemd.example';
	my @cc = (Cc => $mallory);
	my @way = (
		['with the token', [From => EVA, @PASSED, @cc, References => "<$token>"], qw(events messages)],
		['without', [From => EVA, @PASSED, @cc, Subject => $tag]],
		['as the customer, unproven', [From => AN, @cc, @reply], qw(events messages)],
		['as the customer, who failed', [From => AN, @cc, @reply, 'Authentication-Results' => failed('klant.example')]],
		['as an agent', [From => JAN, @cc, rcpt => [DESK, $mallory], References => "<$token>"], qw(events messages)],
	);
	for my $row (@way) {
		my ($name, $attempt, @may) = @$row;
		leaves_alone($name, $attempt, @may);
		ok leaves_alone("$name, then he", [From => $mallory, @PASSED, Subject => $tag])->{created},
			"$name: he is doubted";
	}
	ok leaves_alone('she who had the token', [From => EVA, @PASSED, Subject => $tag])->{created}, 'she is doubted too';
};

subtest 'a report of what he never got belongs to nothing' => sub {
	my $report = sub ($id) {
		return <<~"END";
			--b
			Content-Type: message/delivery-status

			Reporting-MTA: dns; mx.vreemd.example

			Final-Recipient: rfc822; an\@klant.example
			Action: failed
			Status: 5.1.1

			--b
			Content-Type: text/rfc822-headers

			Message-ID: $id
			Subject: $tag

			--b--
			END
	};
	my @bounce = (From => 'mailer-daemon@vreemd.example', from => '', @reply, @THREAD_INDEX,
		'Content-Type' => 'multipart/report; report-type=delivery-status; boundary=b');
	for my $row (['an unknown id', '<x@y.example>'], ['an invented token', "<$number.abcdefgh.0123456789abcdef\@acme.example>"],
		['the token of another for this number', '<' . ($hers->{token} =~ s/$hers->{number}/$number/r) . '>']) {
		my $got = leaves_alone($row->[0], [@bounce, body => $report->($row->[1]), Subject => "Undelivered: $tag"]);
		is $got->{number}, undef, "$row->[0]: no ticket";
	}
};

subtest 'spam with a token enters nothing' => sub {
	my $got = leaves_alone('spam', [From => EVA, References => "<$token>", Subject => $tag, 'X-Spam-Flag' => 'YES']);
	is $got->{number}, undef, 'stored without';
};

subtest 'an id that was his is no way in' => sub {
	my $got = leaves_alone('his Message-ID', [From => EVA, @PASSED, Subject => 'factuur',
		'Message-ID' => '<first.factuur@klant.example>']);
	ok $got->{created}, 'a ticket of her own';
	$got = $cli->take(From => AN, 'In-Reply-To' => '<first.factuur@klant.example>');
	is $got->{number}, $number, 'his next mail is his ticket\'s all the same';
	$before = $cli->ticket($number);
};

subtest 'References of 200 kB take no time and name nothing' => sub {
	my $ids = sub ($id) { return join "\n ", map { sprintf $id, $_ } 1 .. 200_000 / length $id };
	my @long = (
		['many ids' => $ids->('<%06d@vreemd.example>')],
		['his id at the head' => "<first.factuur\@klant.example>\n " . $ids->('<%06d@vreemd.example>')],
		['his token, cut, again and again' => join "\n ", ('<' . substr($token, 0, 34) . '@acme.example>') x 4000],
		['one id' => '<' . 'x' x 200_000 . '@vreemd.example>'],
		['no id' => '<' x 200_000],
	);
	for my $row (@long) {
		my ($name, $references) = @$row;
		my $cpu = sub { my @t = times; $t[2] + $t[3] };
		my $start = $cpu->();
		my $got = leaves_alone($name, [From => EVA, @PASSED, Subject => 'Vraag', References => $references]);
		cmp_ok $cpu->() - $start, '<', CPU_S, "$name: processor time";
		ok $got->{created}, "$name: a ticket of his own";
	}
	my $got = leaves_alone('from an agent', [From => JAN, login => 'jan', rcpt => [AN], To => AN, Subject => 'Lunch',
		References => $ids->('<%06d@vreemd.example>')]);
	is_deeply $got->{edits}, [], 'an agent\'s own passes';
};

done_testing;
