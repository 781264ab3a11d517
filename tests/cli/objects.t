#!/usr/bin/perl
#
# Every key of the objects is there on every kind of ticket and mail, with its
# type: numbers of tickets are strings, times have an offset, output is UTF-8.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Encode qw(decode FB_CROAK);
use JSON::PP;
use Test::More;

use Loket::Cli qw(bytes_of passed);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

my $TIME = qr/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)\z/;

sub is_raw_number($value) {
	return JSON::PP->new->allow_nonref->encode($value) =~ /\A-?\d+\z/;
}

sub is_raw_string($value) {
	return JSON::PP->new->allow_nonref->encode($value) =~ /\A"/;
}

my %is = (
	text => sub ($v) { !ref $v && defined $v && is_raw_string($v) },
	count => sub ($v) { !ref $v && defined $v && is_raw_number($v) },
	truth => sub ($v) { JSON::PP::is_bool($v) },
	time => sub ($v) { !ref $v && defined $v && $v =~ $TIME },
	number => sub ($v) { !ref $v && defined $v && is_raw_string($v) && $v =~ /\A\d{10}\z/ },
	object => sub ($v) { ref $v eq 'HASH' },
	list => sub ($v) { ref $v eq 'ARRAY' },
	texts => sub ($v) { ref $v eq 'ARRAY' && !grep { ref || !is_raw_string($_) } @$v },
);

my %TICKET = (
	number => 'number?', tag => 'text?', desk => 'text?', type => 'text?', state => 'text?',
	subject => 'text?', customer => 'text?', language => 'text?', agent => 'text?', team => 'text?',
	channel => 'text?', received => 'time', queue_id => 'text?', confirmed => 'truth',
	targets => 'object', promise => 'time?', flag => 'text', links => 'list', seen_by => 'texts', successor => 'number?',
);
my %TARGET = (target => 'text', due => 'time', met_at => 'time?', met => 'truth?');
my %MESSAGE = (
	message_id => 'text?', role => 'text', direction => 'text', from => 'text?', to => 'texts',
	at => 'time', subject => 'text?', new_text => 'text?', attachments => 'list',
);
my %RESULT = (
	number => 'number?', tag => 'text?', created => 'truth', role => 'text', duplicate => 'truth',
	due => 'time?', edits => 'texts', reason => 'text?',
);
my %ROW = (
	id => 'count', kind => 'text', state => 'text', ticket => 'number?', to => 'text',
	subject => 'text?', text => 'text?', attempts => 'count', next_at => 'time?', last_error => 'text?',
);
my %PARSED = (
	file => 'text', subject => 'text?', from => 'object?', reply_to => 'text?', to => 'texts',
	cc => 'texts', date => 'time?', message_id => 'text?', in_reply_to => 'texts', references => 'texts',
	role => 'text', role_reason => 'text?', ack => 'object', bounce => 'object?', tags => 'texts',
	text => 'text?', new_text => 'text?', language => 'text?', attachments => 'list', warnings => 'texts',
);

# What is wrong with an object by a table of types; "?" allows null.
sub faults($object, $types) {
	return 'no object' if ref $object ne 'HASH';
	my @faults = grep { !exists $object->{$_} } sort keys %$types;
	return map { "$_ is missing" } @faults if @faults;
	for my $key (sort keys %$types) {
		my ($type, $may_be_null) = $types->{$key} =~ /\A(\w+)(\??)\z/;
		next if $may_be_null && !defined $object->{$key};
		push @faults, "$key is no $type" if !$is{$type}->($object->{$key});
	}
	return @faults;
}

sub is_right($object, $types, $name) {
	is_deeply [faults($object, $types)], [], $name or diag explain $object;
}

sub is_right_ticket($ticket, $name) {
	is_right($ticket, \%TICKET, $name);
	is_right($ticket->{targets}{$_}, \%TARGET, "$name: $_") for sort keys $ticket->{targets}->%*;
	is_deeply [grep { !defined $_->{number} } $ticket->{links}->@*], [], "$name: links";
}

# A store with each kind of ticket there is; the results of ingest by kind.
sub every_kind($cli) {
	my %got;
	$got{customer} = $cli->take(From => AN, Subject => 'Factuur', 'Message-ID' => '<1@klant.example>');
	$got{answered} = $cli->take(From => AN, Subject => 'Beantwoord', 'Message-ID' => '<2@klant.example>');
	$got{answer} = $cli->take(From => JAN, login => 'jan', rcpt => [AN], Subject => 'Re: Beantwoord',
		'In-Reply-To' => '<2@klant.example>');
	$got{robot} = $cli->take(From => AN, Subject => 'Bericht', 'Auto-Submitted' => 'auto-generated');
	$got{'by an agent'} = $cli->take(From => JAN, login => 'jan', Subject => 'Offerte',
		rcpt => [DESK, 'bo@klant.example']);
	$got{'without subject and id'} = $cli->take(From => AN, 'Message-ID' => undef, Date => undef);
	$got{doubted} = $cli->take(From => 'eva@vreemd.example', Subject => $got{customer}{tag});
	$got{spam} = $cli->take(From => AN, Subject => 'Win', 'X-Spam-Flag' => 'YES');
	$got{unrelated} = $cli->take(From => AN, Subject => 'Hoi', rcpt => ['x@acme.example']);
	$got{duplicate} = $cli->take(From => AN, Subject => 'Factuur', 'Message-ID' => '<1@klant.example>');
	$got{empty} = decode_json($cli->bring('', from => AN)->{out});
	return %got;
}

subtest 'tickets, messages and results' => sub {
	my $cli = Loket::Cli->new;
	my %got = every_kind($cli);
	is_right($got{$_}, \%RESULT, "ingest: $_") for sort keys %got;
	for my $kind (grep { $got{$_}{number} } sort keys %got) {
		my $ticket = $cli->ticket($got{$kind}{number});
		is_right_ticket($ticket, "show: $kind");
		ok $is{list}->($ticket->{$_}), "show: $kind: $_" for qw(messages events);
		is_right($_, \%MESSAGE, "show: $kind: message") for $ticket->{messages}->@*;
		is $ticket->{number}, $got{$kind}{number}, "show: $kind: its number";
		is $ticket->{tag}, $got{$kind}{tag}, "show: $kind: its tag";
	}
	my @list = $cli->tickets('--state', 'all');
	is_right_ticket($_, "tickets: $_->{number}") for @list;
	is_deeply [grep { exists $_->{messages} || exists $_->{events} } @list], [],
		'tickets: without messages and events';
	my %shown = map { $_->{number} => $_ } @list;
	for my $number (sort keys %shown) {
		my $ticket = $cli->ticket($number);
		delete @$ticket{qw(messages events)};
		is_deeply $shown{$number}, $ticket, "tickets: $number is what show shows";
	}
	my ($spam) = $cli->tickets('--role', 'spam');
	is_right($spam, \%TICKET, 'tickets --role spam');
	is $spam->{number}, undef, 'tickets --role spam: number is null';
	is_right($_, \%ROW, 'outbox') for $cli->outbox;
};

subtest 'ids of messages and the words of the contract' => sub {
	my $cli = Loket::Cli->new;
	my %got = every_kind($cli);
	my @tickets = map { $cli->ticket($_->{number}) } grep { $_->{created} } values %got;
	my %allowed = (
		role => [qw(customer agent robot bounce spam echo unrelated loket)],
		direction => [qw(in out internal)],
	);
	for my $key (sort keys %allowed) {
		my %is_allowed = map { $_ => 1 } $allowed{$key}->@*;
		my @used = map { $_->{$key} } map { $_->{messages}->@* } @tickets;
		is_deeply [grep { !$is_allowed{$_} } @used], [], $key;
	}
	like $_->{state}, qr/\A(?:open|pending|solved|closed)\z/, 'state' for @tickets;
	like $_->{flag}, qr/\A(?:none|near|overdue)\z/, 'flag' for @tickets;
};

subtest 'what loket writes stands in the thread when it has left' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Factuur');
	my @roles = map { $_->{role} } $cli->ticket($got->{number})->{messages}->@*;
	is_deeply \@roles, ['customer'], 'what waits does not';
};

subtest 'a message with attachments' => sub {
	my $cli = Loket::Cli->new;
	my $run = $cli->bring(bytes_of('tests/mail/apple-mail-attachment-en.eml'), from => AN);
	my $number = decode_json($run->{out})->{number};
	my ($message) = $cli->ticket($number)->{messages}->@*;
	ok scalar $message->{attachments}->@*, 'has some';
	is_right($_, { filename => 'text?', type => 'text', size => 'count' }, 'attachment')
		for $message->{attachments}->@*;
};

subtest 'parse: every key for every sample, one line each' => sub {
	my $cli = Loket::Cli->new;
	my @files = sort glob 'tests/mail/*.eml';
	my $run = $cli->run_bare('parse', @files);
	is $run->{exit}, 0, 'exit';
	my @lines = split /\n/, $run->{out}, -1;
	is pop @lines, '', 'the last line ends';
	is scalar @lines, scalar @files, 'one line a file';
	my @mails = map { decode_json($_) } @lines;
	is_deeply [map { $_->{file} } @mails], \@files, 'in the order of the arguments';
	for my $mail (@mails) {
		my @faults = faults($mail, \%PARSED);
		push @faults, faults($mail->{ack}, { allowed => 'truth', reason => 'text?' });
		push @faults, map { faults($_, { name => 'text?', address => 'text?' }) }
			grep { defined } $mail->{from};
		push @faults, map { faults($_, { filename => 'text?', type => 'text', size => 'count' }) }
			$mail->{attachments}->@*;
		if ($mail->{bounce}) {
			push @faults, faults($mail->{bounce}, { recipients => 'list', message_id => 'text?' });
			for my $recipient ($mail->{bounce}{recipients}->@*) {
				push @faults, faults($recipient, { address => 'text?', action => 'text', status => 'text?' });
				push @faults, "action $recipient->{action}" if $recipient->{action}
					!~ /\A(?:failed|delayed|delivered|relayed|expanded)\z/;
			}
		}
		is_deeply \@faults, [], $mail->{file};
	}
};

subtest 'parse: an empty and a binary file are mails with a warning' => sub {
	my $cli = Loket::Cli->new;
	my @files = ($cli->write('empty', ''), $cli->write('binary', join('', map { chr } 0 .. 255) x 100),
		$cli->write('newline', "\n"), $cli->write('mbox', "From an\@klant.example Mon Nov 23 10:00:00 2026\n"
			. "From: an\@klant.example\nTo: ${\DESK}\nSubject: Hoi\n\nTekst\n"));
	my $run = $cli->run_bare('parse', @files);
	is $run->{exit}, 0, 'exit';
	my @mails = map { decode_json($_) } split /\n/, $run->{out};
	is scalar @mails, 4, 'four lines';
	is_right($_, \%PARSED, $_->{file}) for @mails;
	ok scalar $mails[$_]{warnings}->@*, "$mails[$_]{file}: a warning" for 0, 1;
	is $mails[3]{subject}, 'Hoi', 'a leading mbox line is ignored';
	is $mails[3]{from}{address}, AN, 'and the next line is not';
};

subtest 'parse: actions are of the five words, failed where none is stated' => sub {
	my %action = (failed => 'failed', Failed => 'failed', FAILURE => 'failed', delayed => 'delayed',
		'Delayed (will retry)' => 'delayed', delivered => 'delivered', relayed => 'relayed',
		expanded => 'expanded', '' => 'failed');
	for my $stated (sort keys %action) {
		my $cli = Loket::Cli->new;
		my $line = $stated eq '' ? '' : "Action: $stated\n";
		my $file = $cli->write('bounce', <<"END");
Return-Path: <>
From: MAILER-DAEMON\@klant.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Tekst
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.klant.example

Final-Recipient: rfc822; an\@klant.example
${line}Status: 5.1.1
--b
Content-Type: text/rfc822-headers

Message-ID: <weg\@acme.example>
--b--
END
		my $mail = decode_json($cli->run_bare('parse', $file)->{out});
		is_deeply $mail->{bounce}{recipients},
			[{ address => AN, action => $action{$stated}, status => '5.1.1' }], "'$stated'";
		is $mail->{bounce}{message_id}, 'weg@acme.example', "'$stated': message_id";
	}
};

subtest 'parse: only an explicit <> is the null sender' => sub {
	my $cli = Loket::Cli->new;
	my %mail = (
		'Return-Path <>' => ["Return-Path: <>\nFrom: an\@klant.example\n", 0, 'robot'],
		'Return-Path' => ["Return-Path: <bo\@klant.example>\nFrom: an\@klant.example\n", 1, 'customer'],
		'a Return-Path that is never answered' => ["Return-Path: <noreply\@klant.example>\nFrom: an\@klant.example\n", 0, 'customer'],
		'From' => ["From: an\@klant.example\n", 1, 'customer'],
		'neither' => ["To: support\@acme.example\n", 0, 'customer'],
	);
	for my $name (sort keys %mail) {
		my ($head, $is_allowed, $role) = $mail{$name}->@*;
		my $file = $cli->write('mail', "${head}Subject: Hoi\n\nTekst\n");
		my $parsed = decode_json($cli->run_bare('parse', $file)->{out});
		is !!$parsed->{ack}{allowed}, !!$is_allowed, "$name: ack";
		is $parsed->{role}, $role, "$name: role";
	}
};

subtest 'ingest judges the sender as parse does when no envelope is given' => sub {
	my %mail = (
		'Return-Path' => ["Return-Path: <bo\@klant.example>\nFrom: an\@klant.example\n", ['bo@klant.example'], 'customer'],
		'From' => ["From: an\@klant.example\n", [AN], 'customer'],
		'Return-Path <>' => ["Return-Path: <>\nFrom: an\@klant.example\n", [], 'robot'],
		'neither' => ["To: support\@acme.example\n", [], 'customer'],
	);
	for my $name (sort keys %mail) {
		my ($head, $acked, $role) = $mail{$name}->@*;
		my $cli = Loket::Cli->new;
		my $got = decode_json($cli->bring("${head}Subject: Hoi\n\nTekst\n")->{out});
		is $got->{role}, $role, "$name: role";
		is_deeply [$cli->acked], $acked, "$name: acknowledgement";
	}
};

subtest 'output is UTF-8 whatever came in and whatever the locale' => sub {
	local $ENV{LC_ALL} = 'C';
	my %subject = ('UTF-8' => "caf\xc3\xa9", 'Latin-1' => "caf\xe9", 'overlong' => "\xc0\xaf",
		'a surrogate' => "\xed\xa0\x80", 'cut' => "caf\xc3", 'a control' => "x\x01y",
		'quotes' => '"\\', 'an encoded word' => '=?utf-8?q?caf=C3=A9?=');
	for my $name (sort keys %subject) {
		my $cli = Loket::Cli->new;
		my $mail = "From: an\@klant.example\nTo: ${\DESK}\nSubject: $subject{$name}\n"
			. "Content-Type: text/plain; charset=utf-8\n\n$subject{$name}\n";
		my $run = $cli->bring($mail, from => AN);
		is $run->{exit}, 0, "$name: taken";
		my $number = eval { decode_json($run->{out})->{number} } or fail "$name: ingest: $run->{out}";
		for my $command (['show', $number, '--json'], ['show', $number], ['tickets', '--json'],
			['tickets'], ['outbox', '--json']) {
			my $out = $cli->run(@$command)->{out};
			ok eval { decode('UTF-8', my $copy = $out, FB_CROAK); 1 }, "$name: @$command";
		}
	}
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => '=?utf-8?q?caf=C3=A9?=');
	is $cli->ticket($got->{number})->{subject}, "caf\x{e9}", 'decoded';
};

subtest 'texts of strangers do not steer a terminal' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => '"=?utf-8?q?=1B[2J?=" <an@klant.example>', Subject => "=?utf-8?q?Hoi_=1B[31m?=",
		body => "Tekst \e[2J\n");
	for my $command (['show', $got->{number}], ['tickets']) {
		unlike $cli->run(@$command)->{out}, qr/[\x00-\x08\x0b-\x1f\x7f]/, "@$command";
	}
};

done_testing;
