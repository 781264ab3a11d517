#!/usr/bin/perl
#
# The store is made by who first writes, read as empty before, and without it
# mail is put off or passes as the contract says.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

sub files($cli) {
	return sort grep { !/(?:conf|eml|stdout|stderr)\z/ } map { s{.*/}{}r } glob $cli->dir . '/*';
}

# Puts a directory in the place of the store; returns what undoes it.
sub take_away($cli) {
	my $store = $cli->dir . '/loket.db';
	rename $store, "$store.kept" or die $! if -e $store;
	mkdir $store or die $!;
	return sub {
		rmdir $store or die $!;
		rename "$store.kept", $store or die $! if -e "$store.kept";
	};
}

subtest 'who only reads makes nothing and finds nothing' => sub {
	my $cli = Loket::Cli->new;
	is_deeply [$cli->tickets], [], 'tickets';
	is_deeply [$cli->tickets('--role', 'spam')], [], 'tickets --role';
	is_deeply [$cli->outbox], [], 'outbox';
	is ref $cli->value('status', '--json'), 'HASH', 'status';
	isnt $cli->run('show', '2600000014', '--json')->{exit}, 0, 'show fails';
	is $cli->run($_)->{exit}, 0, "$_ as text" for qw(tickets outbox status check);
	is_deeply [files($cli)], [], 'no file is made';
};

subtest 'who first writes makes store and secret' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(From => AN, Subject => 'Hoi');
	is_deeply [grep { /^(?:loket\.db|secret)\z/ } files($cli)], ['loket.db', 'secret'], 'both';
	is sprintf('%o', (stat $cli->dir . '/secret')[2] & 07777), '600', 'the secret is secret';
};

subtest 'without its store mail for a desk and mail that names a ticket is put off' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(From => AN, Subject => 'Hoi', 'Message-ID' => '<1@klant.example>');
	my $give_back = take_away($cli);
	my %put_off = (
		'a customer' => [From => AN, Subject => 'Iets'],
		'the desk and others' => [From => AN, Subject => 'Iets', rcpt => ['x@acme.example', DESK]],
		'a tag to an agent' => [From => AN, Subject => $first->{tag}, rcpt => [JAN]],
		'an answer' => [From => JAN, login => 'jan', Subject => "Re: $first->{tag}", rcpt => [AN]],
	);
	my %passes = (
		'nothing of ours' => [From => AN, Subject => 'Iets', rcpt => ['x@acme.example']],
		'to an agent without evidence' => [From => AN, Subject => 'Iets', rcpt => [JAN]],
		'an agent\'s own mail' => [From => JAN, login => 'jan', Subject => 'Lunch?', rcpt => [AN]],
	);
	for my $name (sort keys %put_off) {
		my $run = $cli->try_to_take($put_off{$name}->@*);
		is $run->{exit}, 75, "$name: exit";
		is $run->{out}, '', "$name: no object";
		like $run->{err}, qr/\S/, "$name: says why";
	}
	for my $name (sort keys %passes) {
		my $run = $cli->try_to_take($passes{$name}->@*);
		is $run->{exit}, 0, "$name: passes" or diag $run->{err};
	}
	$give_back->();
	is scalar $cli->tickets, 1, 'nothing of it was kept';
	ok $cli->take($put_off{'a customer'}->@*)->{created}, 'the retry is taken';
};

subtest 'on-failure = accept delivers unnumbered' => sub {
	my $cli = Loket::Cli->new(site => 'on-failure = "accept"');
	my $give_back = take_away($cli);
	my $got = $cli->take(From => AN, Subject => 'Hoi', 'Loket-Ticket' => '2600000014');
	is $got->{number}, undef, 'no number';
	is $got->{tag}, undef, 'no tag';
	ok !$got->{created}, 'nothing created';
	is_deeply $got->{edits}, ['delete Loket-Ticket 1'], 'only what was forged goes';
	$give_back->();
	is_deeply [$cli->tickets], [], 'nothing is kept';
};

subtest 'a file that is no store is trouble, not a crash' => sub {
	my $cli = Loket::Cli->new;
	$cli->write('loket.db', "this is no database\n" x 500);
	is $cli->try_to_take(From => AN, Subject => 'Hoi')->{exit}, 75, 'ingest';
	is $cli->run('check')->{exit}, 78, 'check';
	is $cli->run('parse', 'tests/mail/mutt-plain-en.eml')->{exit}, 0, 'parse needs none';
	cmp_ok $cli->run($_, '--json')->{exit}, '<', 128, $_ for qw(tickets outbox status);
	like Loket::Cli::bytes_of($cli->dir . '/loket.db'), qr/no database/, 'it is left as it was';
};

subtest 'a secret that is open or broken is an error of configuration' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(From => AN, Subject => 'Hoi');
	chmod 0644, $cli->dir . '/secret' or die $!;
	is $cli->run('check')->{exit}, 78, 'open to others';
	chmod 0600, $cli->dir . '/secret' or die $!;
	is $cli->run('check')->{exit}, 0, 'closed again';
	$cli->write('secret', "nonsense\n");
	is $cli->run('check')->{exit}, 78, 'broken';
};

subtest 'check finds a directory that cannot hold the store' => sub {
	for my $store ('none/loket.db', 'file/loket.db') {
		my $cli = Loket::Cli->new(site => qq(store = "sqlite:\${LOKET_TEST_DIR}/$store"));
		$cli->write('file', '');
		my $run = $cli->run('check');
		is $run->{exit}, 78, $store;
		like $run->{err}, qr/\S/, "$store: says why";
	}
};

subtest 'a dry run changes and sends nothing' => sub {
	my $cli = Loket::Cli->new(site => 'dry-run = true');
	my $got = $cli->take(From => AN, Subject => 'Hoi', 'Loket-Ticket' => '2600000014');
	is $got->{role}, 'customer', 'decided';
	is_deeply $got->{edits}, [], 'no edit';
	is_deeply [$cli->tickets('--state', 'all')], [], 'no ticket';
	is_deeply [$cli->outbox], [], 'no acknowledgement';
	ok !$cli->take(From => AN, Subject => 'Hoi')->{duplicate}, 'nothing is remembered';
	$cli->write('loket.conf', Loket::Cli::bytes_of($cli->dir . '/loket.conf') =~ s/dry-run = true//r);
	is $cli->take(From => AN, Subject => 'Hoi')->{number}, '2600000014', 'no number was used';
};

done_testing;
